<div class="prose" lang="{{terms_language}}" dir="auto">
% for lines in blocks:
<p>\\
% for at, line in enumerate(lines):
% if at:
<br>\\
% end
{{line}}\\
% end
</p>
% end
</div>
<p><a class="button second" href="/">{{t("Back to the start")}}</a></p>
