// The address behind the # decides what is shown: #/guests, #/portal/garden. Works without the server knowing the sections.

/** {name: "portal", path: ["garden"], query: URLSearchParams} of the address now. */
export function place() {
  const [route, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...path] = route.split("/").map(decodeURIComponent);
  return { name, path, query: new URLSearchParams(query) };
}

/** Address of a section, for links. */
export const link = (name, ...path) => `#/${[name, ...path].map(encodeURIComponent).join("/")}`;

/** Go there; `replace` leaves no step to go back to. */
export function go(name, ...path) {
  location.hash = link(name, ...path);
}

/** The same, leaving no step to go back to. */
export const instead = (name, ...path) => location.replace(link(name, ...path));
