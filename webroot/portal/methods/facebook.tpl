<button type="submit"\\
% if not first:
 class="second"\\
% end
>{{t("Continue with {provider}", provider="Facebook")}}</button>
