<label for="country">{{t("Country")}}</label>
<select id="country" name="country" autocomplete="tel-country-code">
% chosen = form.get("country", country)
% for code, name, calling in countries:
<option value="{{code}}"{{!' selected' if code == chosen else ""}}>{{name}}{{f' (+{calling})' if calling else ''}}</option>
% end
</select>
<label for="mobile">{{t("Mobile number")}}</label>
<input id="mobile" name="mobile" type="tel" value="{{form.get('mobile', '')}}" maxlength="40" required autocomplete="tel-national" inputmode="tel" enterkeyhint="go" dir="ltr">
% if marketing:
<p class="check">
<input type="checkbox" id="mobile-marketing" name="marketing" value="yes">
<label for="mobile-marketing">{{t("Send me news and offers by text message.")}}</label>
</p>
% end
<p class="quiet">{{t("We will send a code to this number.")}}</p>
<button type="submit"\\
% if not first:
 class="second"\\
% end
>{{t("Continue with mobile number")}}</button>
