<p class="offer">Free access: {{offer}}.</p>
<button type="submit"\\
% if not first:
 class="second"\\
% end
>Go online for free</button>
