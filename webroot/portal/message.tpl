% if alert:
<div class="alert" role="alert"><p><strong>{{alert}}</strong></p></div>
% end
% if advice:
<p>{{advice}}</p>
% end
<p><a class="button" href="/">{{onto}}</a></p>
