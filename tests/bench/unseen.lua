-- Requests for wrk, each with values that no request before had. The first argument says which kind; the second seeds the values, so
-- that two servers are asked alike.

local words = {}
for word in ([[account album answer apple autumn balcony basket bicycle bridge butter candle carpet castle chair cherry circle
city coffee colour corner cotton country dinner engine evening family farmer feather finger flower forest garden gentle glass green
hammer harbour holiday honey island jacket kitchen ladder lemon letter little market meadow memory mirror morning mountain music
needle north number ocean orange paper pencil people picture planet pocket quiet rabbit railway record ribbon river salad school
season silver simple sister station stone story street sugar summer table teacher ticket timber tomorrow travel valley velvet village
violin visit water weather window winter wooden yellow]]):gmatch("%a+") do words[#words + 1] = word end

local function word() return words[math.random(#words)] .. math.random(100, 99999) end

local function text(octets)
  local parts, length = {}, 0
  while length < octets do
    local piece = words[math.random(#words)]
    if math.random(4) == 1 then piece = piece .. math.random(999) end
    parts[#parts + 1] = piece
    length = length + #piece + 1
  end
  return table.concat(parts, " "):sub(1, octets)
end

local function get(path) return wrk.format("GET", path) end

local function post(kind, body)
  wrk.headers["Content-Type"] = kind
  return wrk.format("POST", "/orders", nil, body)
end

local kinds = {}

function kinds.get() return get("/items/" .. word()) end

function kinds.get5()
  local page, sort = math.random(999), ({"price", "name", "newest"})[math.random(3)]
  return get(("/search?q=%s+%s&category=%s&page=%d&sort=%s&ref=%s"):format(word(), word(), word(), page, sort, word()))
end

function kinds.form()
  local fields = {}
  for at = 1, 10 do fields[at] = ("field%d=%s"):format(at, (text(94):gsub(" ", "+"))) end
  return post("application/x-www-form-urlencoded", table.concat(fields, "&"))
end

function kinds.json243()
  local rows = {}
  for at = 1, 27 do
    local cells = {}
    for cell = 1, 9 do cells[cell] = ('"key%d":"%s"'):format(cell, text(21)) end
    rows[at] = "{" .. table.concat(cells, ",") .. "}"
  end
  return post("application/json", "[" .. table.concat(rows, ",") .. "]")
end

function kinds.json11()
  local cells = {}
  for at = 1, 11 do cells[at] = ('"text%d":"%s"'):format(at, text(730)) end
  return post("application/json", "{" .. table.concat(cells, ",") .. "}")
end

function init(args)
  wrk.headers["Host"] = "example.test"
  wrk.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
  wrk.headers["Accept"] = "text/html,application/json;q=0.9,*/*;q=0.8"
  wrk.headers["Accept-Language"] = "en-GB,en;q=0.7,de;q=0.3"
  wrk.headers["Cookie"] = "session=4f0c9f7e21d84d0b; theme=light"
  math.randomseed(tonumber(args[2]))
  request = kinds[args[1]]
  if not request then error("no such kind: " .. tostring(args[1])) end
end
