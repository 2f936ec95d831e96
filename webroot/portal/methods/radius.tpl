<label for="radius-username">{{t("User name")}}</label>
<input id="radius-username" name="username" type="text" value="{{form.get('username', '')}}" maxlength="253" required autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" inputmode="text" enterkeyhint="next">
<label for="radius-password">{{t("Password")}}</label>
<input id="radius-password" name="password" type="password" maxlength="128" required autocomplete="current-password" enterkeyhint="go">
<button type="submit">{{t("Sign in")}}</button>
