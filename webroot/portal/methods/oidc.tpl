% for at, (name, label) in enumerate(providers):
<button type="submit" name="provider" value="{{name}}"\\
% if at or not first:
 class="second"\\
% end
>{{t("Continue with {provider}", provider=label)}}</button>
% end
