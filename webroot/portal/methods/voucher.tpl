<label for="username">{{t("Voucher username")}}</label>
<input id="username" name="username" type="text" value="{{form.get('username', '')}}" maxlength="64" required autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" inputmode="text" enterkeyhint="next">
<label for="passcode">{{t("Passcode")}}</label>
<input id="passcode" name="passcode" type="text" maxlength="64" required autocomplete="current-password" autocapitalize="none" autocorrect="off" spellcheck="false" inputmode="text" enterkeyhint="go">
<button type="submit">{{t("Sign in")}}</button>
