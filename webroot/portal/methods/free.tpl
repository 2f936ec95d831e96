<p class="offer"><strong>{{t("Free access")}}</strong> {{duration(lasts_s)}}\\
% if down:
 · {{t("{amount} to download", amount=data(down))}}\\
% end
% if up:
 · {{t("{amount} to upload", amount=data(up))}}\\
% end
</p>
<button type="submit"\\
% if not first:
 class="second"\\
% end
>{{t("Go online for free")}}</button>
