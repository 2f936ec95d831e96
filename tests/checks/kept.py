"""What vulture cannot see the use of, by name. Read by vulture alone (`make check`); nothing imports it."""

_.act  # bottle calls routes
_.default_error_handler  # bottle asks the application for it

_.key_fingerprint, _.key_sealed, _.totp_pending, _.totp_step, _.is_now, _.closed_at, _.named_at  # columns, read as dict keys

# scapy's SuperSocket asks its subclasses for these
_.iface, _.auxdata_available, _.promisc, _.LL, _.lvl, _.outs, _.ins

_.abandon  # what a crash does; tests call it

_.direction  # read by templates
_.primary_key  # peewee reads it from Meta

_.trust_env  # requests reads it

_.MAX_IMAGE_PIXELS, _.uid, _.gid, _.uname, _.gname, _.redirect_request  # Pillow, tarfile and urllib read them
_.__call__  # a Protocol's
_.speed_mbit, _.received, _.python, _.machine_started_at, _.checked_at  # told by `asdict` to the admin page
_.makefile, _.readinto  # HTTPResponse and BufferedReader ask for them

# expat asks its parser for these
_.buffer_text, _.buffer_size, _.ordered_attributes, _.XmlDeclHandler, _.EntityDeclHandler
_.StartElementHandler, _.EndElementHandler, _.CharacterDataHandler

_.LOG, _.DETECTION_ONLY  # of enumerations that are asked for by value

# what the attack log and the rulebook tell whoever asks them
_.json_pieces, _.top_rules, _.first_at, _.last_at
_.measure, _.matches_before, _.matches_after, _.refused_before, _.refused_after, _.compiled_at

_.upload  # a verb of sites, for the management API

# verbs of protections, and what they tell, for the management API
_.toggle, _.delete_logs, _.clear_counters, _.export_zip, _.import_zip, _.piece_size, _.expires_s
_.work, _.worked
_.total_blocked, _.today_blocked, _.active_attacks, _.top_blocked_ips, _.rule_stats
_.data_received, _.eof_received, _.pause_writing, _.resume_writing  # asyncio's transports call protocols

_.cost  # what judging a request has come to: the tests of the budget count it

PING, SETTINGS, WINDOW_UPDATE  # frames of HTTP/2, all ten by their number
_.local_settings, _.max_header_list_size  # told to h2
# told to aioquic, or asked for by it
_._blocked_streams, _._max_table_capacity, _._decoder, _._get_local_settings, _.quic_event_received
_.private_key, _.certificate_chain, _.certificate_private_key

_.scratch  # what Hyperscan's binding frees with a database; a database that was loaded has none
