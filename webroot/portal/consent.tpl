<p class="check">
<input type="checkbox" id="accept-{{method}}" name="accept" value="yes" required>
<label for="accept-{{method}}">{{t("I accept the terms of use.")}}</label>
<a href="/terms">{{t("Read them")}}</a>
</p>
