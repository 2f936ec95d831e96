"""What the words of SQL are to the grammar: a letter each. MySQL, PostgreSQL, SQL Server, Oracle and SQLite together.

Letters: 1 literal, n name, f function, F function that nobody calls by accident, & logic, o arithmetic, i comparison by a word, S select,
U union, B order or group by, m from, k other keyword, T statement on a table or the like, I insert into, D delete from, P update, Z set,
E declare or execute, W waitfor, O into a file, X stored procedure of the system, ! not.
"""


def _each(letter: str, words: str) -> dict[bytes, str]:
    return dict.fromkeys(words.encode().split(), letter)


WORDS: dict[bytes, str] = {
    **_each("1", "null true false"),
    **_each("&", "and or xor"),
    **_each("!", "not"),
    **_each("o", "div mod collate"),
    **_each("i", "like rlike ilike regexp glob between in is similar escape match"),
    **_each("S", "select"),
    **_each("U", "union intersect except minus"),
    **_each("B", "having"),
    **_each("m", "from"),
    **_each("P", "update"),
    **_each("Z", "set"),
    **_each("E", "declare exec execute"),
    **_each("X", "shutdown"),
    **_each("k", "where as by on into values distinct all top limit offset case when then else end join using desc asc procedure exists"),
}
"""Words that stand alone; what is not here is a name."""

PAIRS: dict[bytes, dict[bytes, str]] = {
    b"union": _each("U", "all distinct"),
    b"order": _each("B", "by"),
    b"group": _each("B", "by"),
    b"waitfor": _each("W", "delay time"),
    b"insert": _each("I", "into ignore"),
    b"replace": _each("I", "into"),
    b"delete": _each("D", "from"),
    b"drop": _each("T", "table database view function procedure schema user index trigger column"),
    b"alter": _each("T", "table database user session system procedure function"),
    b"create": _each("T", "table database view function procedure user or trigger"),
    b"truncate": _each("T", "table"),
    b"into": _each("O", "outfile dumpfile"),
    b"procedure": _each("O", "analyse"),
    b"is": _each("i", "not"),
    b"not": _each("i", "in like rlike ilike regexp between glob similar"),
    b"sounds": _each("i", "like"),
}
"""Words that mean something together with the next one."""

FUNCTIONS = frozenset(
    b"""abs acos ascii asciistr atan avg bin bit_length cast ceil char char_length character_length charindex chr coalesce concat
    concat_ws conv convert count cos crc32 current_user database datalength db_name decode degrees elt encode exists exp field
    find_in_set floor format_bytes from_base64 getdate group_concat hex host_name last_insert_id if ifnull iif initcap insert
    instr isnull json_extract json_keys lcase least left len length ln locate log lower lpad ltrim make_set max md5 mid min now
    nullif nvl oct ord patindex pi position quotename rand random randomblob regexp_instr regexp_like regexp_substr regexp_replace
    repeat replace replicate reverse right round row row_count rpad rtrim schema session_user sha sha1 sha2 sign sin soundex space
    sqlite_version sqrt stddev str strcmp string_agg stuff substr substring substring_index sum suser_name system_user sysdate tan
    to_base64 to_char to_date to_number trim typeof ucase unhex unicode upper user user_name uuid values version xmlelement""".split()
)
"""Functions of SQL; a name before a parenthesis that is not among them is a name."""

HOSTILE = frozenset(
    b"""benchmark bfilename current_setting dblink dbms_lock.sleep dbms_pipe.receive_message dbms_ldap.init dbms_xmlgen.getxml
    dbms_utility.sqlid_to_sqlhash ctxsys.drithsx.sn extractvalue fn_get_audit_file generate_series gtid_subset get_lock json_storage_free
    load_extension load_file lo_export lo_import name_const openquery openrowset pg_exec pg_ls_dir pg_read_file pg_sleep pg_sleep_for
    query_to_xml database_to_xml release_lock sleep updatexml utl_http.request utl_inaddr.get_host_address utl_inaddr.get_host_name
    xmltype st_latfromgeohash sys.fn_get_audit_file sys_eval sys_exec""".split()
)
"""Functions that wait, read files, speak to the network or raise errors that tell."""

SYSTEM = (b"xp_", b"sp_oa", b"sp_execute", b"sp_password", b"sp_makewebtask", b"dbms_", b"utl_")
"""Beginnings of the system's own procedures."""
