% if single:
<label for="code">{{t("Voucher code")}}</label>
<input id="code" name="code" type="text" value="{{form.get('code', '')}}" maxlength="140" required autocomplete="one-time-code" autocapitalize="none" autocorrect="off" spellcheck="false" inputmode="text" enterkeyhint="go">
% else:
<label for="username">{{t("Voucher username")}}</label>
<input id="username" name="username" type="text" value="{{form.get('username', '') or form.get('code', '')}}" maxlength="64" required autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" inputmode="text" enterkeyhint="next">
<label for="passcode">{{t("Passcode")}}</label>
<input id="passcode" name="passcode" type="text" value="{{(form.get('passcode', '') or form.get('code', '')) if scanned else ''}}" maxlength="64" required autocomplete="current-password" autocapitalize="none" autocorrect="off" spellcheck="false" inputmode="text" enterkeyhint="go">
% end
<button type="submit">{{t("Sign in")}}</button>
