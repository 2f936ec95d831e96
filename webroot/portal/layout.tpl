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
</head>
<body>
<header>
<svg aria-hidden="true" viewBox="0 0 24 24" width="28" height="28" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"><path d="M2.5 9.5a13.5 13.5 0 0 1 19 0M6 13a8.5 8.5 0 0 1 12 0M9.3 16.4a3.8 3.8 0 0 1 5.4 0"/><circle cx="12" cy="19.6" r="1" fill="currentColor"/></svg>
<p>{{title}}</p>
</header>
<main>
<h1>{{heading}}</h1>
{{!content}}
</main>
</body>
</html>
