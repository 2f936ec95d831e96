<label for="email">{{t("E-mail address")}}</label>
<input id="email" name="email" type="email" value="{{form.get('email', '')}}" maxlength="128" required autocomplete="email" autocapitalize="none" autocorrect="off" spellcheck="false" inputmode="email" enterkeyhint="next">
% for name, label, required in questions:
<label for="email-{{name}}">{{label}}{{" *" if required else ""}}</label>
<input id="email-{{name}}" name="{{name}}" type="text" value="{{form.get(name, '')}}" maxlength="255" dir="auto"{{!' required' if required else ""}} enterkeyhint="next">
% end
% if marketing:
<p class="check">
<input type="checkbox" id="email-marketing" name="marketing" value="yes">
<label for="email-marketing">{{t("Send me news and offers by e-mail.")}}</label>
</p>
% end
% if verified:
<p class="quiet">{{t("We will send a code to this address.")}}</p>
% end
<button type="submit"\\
% if not first:
 class="second"\\
% end
>{{t("Continue with e-mail")}}</button>
