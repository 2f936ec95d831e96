<!DOCTYPE html>
<html lang="{{language.code}}" dir="{{language.direction}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
% if onward:
<meta http-equiv="refresh" content="0;url={{onward}}">
% end
<title>{{heading}} – {{title}}</title>
<link rel="stylesheet" href="/portal.css?{{css_version}}">
% if brand_version:
<link rel="stylesheet" href="/brand.css?{{brand_version}}">
% end
</head>
<body{{!' class="pictured"' if brand.background else ""}}>
<header>
% if brand.logo:
<img class="logo" src="/brand/{{brand.logo}}" alt="">
% else:
<svg aria-hidden="true" viewBox="0 0 24 24" width="28" height="28" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"><path d="M2.5 9.5a13.5 13.5 0 0 1 19 0M6 13a8.5 8.5 0 0 1 12 0M9.3 16.4a3.8 3.8 0 0 1 5.4 0"/><circle cx="12" cy="19.6" r="1" fill="currentColor"/></svg>
% end
<p><bdi>{{title}}</bdi></p>
% if languages:
<details>
<summary><svg aria-hidden="true" viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.8"><circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/></svg>{{language.name}}</summary>
<nav aria-label="{{t("Language")}}">
<ul>
% for each in languages:
<li><a href="{{here}}?lang={{each.code}}{{"&to=" + to if to else ""}}" lang="{{each.code}}" hreflang="{{each.code}}"{{!' aria-current="true"' if each.code == language.code else ""}}><bdi>{{each.name}}</bdi></a></li>
% end
</ul>
</nav>
</details>
% end
</header>
<main>
<h1>{{heading}}</h1>
{{!content}}
</main>
% if advert.image:
<aside aria-label="{{t("Advertisement")}}">
% if advert.link:
<a href="{{advert.link}}" rel="noreferrer nofollow"><img src="/brand/{{advert.image}}" alt="{{advert.alt}}"></a>
% else:
<img src="/brand/{{advert.image}}" alt="{{advert.alt}}">
% end
</aside>
% end
% if brand.terms and here != "/terms":
<footer>
<p><a href="/terms">{{t("Terms of use")}}</a></p>
</footer>
% end
</body>
</html>
