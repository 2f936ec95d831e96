<p>{{t("You are being taken to {host} to sign in.", host=host)}}</p>
<p><a class="button" href="{{url}}" rel="noreferrer">{{t("Continue")}}</a></p>
