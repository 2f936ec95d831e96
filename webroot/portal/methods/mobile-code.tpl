<input type="hidden" name="step" value="code">
<p>{{t("We have sent a code to {recipient}.", recipient=recipient)}} {{t("It counts for {time}.", time=duration(valid_s))}}</p>
% if wait_s:
<p class="quiet">{{t("Another code can be sent in {time}.", time=duration(wait_s))}}</p>
% end
<label for="mobile-code">{{t("Six-digit code")}}</label>
<input id="mobile-code" name="code" type="text" maxlength="20" required autocomplete="one-time-code" autocorrect="off" spellcheck="false" inputmode="numeric" enterkeyhint="go">
<button type="submit">{{t("Confirm")}}</button>
<button type="submit" class="second" name="again" value="yes" formnovalidate>{{t("Send another code")}}</button>
<button type="submit" class="second" name="other" value="yes" formnovalidate>{{t("Use another number")}}</button>
