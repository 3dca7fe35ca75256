# lib_apache: what the scripts about the module for Apache share, on top of lib.
# shellcheck shell=sh
. "$(dirname "$0")/lib.sh"
need apache2 apxs ab
[ -f "$BUILD/mod_forkgate.so" ] || give_up module "mod_forkgate.so is not built"
# Where an Apache that is not root's can load it, wherever the project lies.
cp "$BUILD/mod_forkgate.so" "$T" || give_up module "it cannot be copied"

# The environment, as a program that the server runs finds it.
cat >"$DOCS/env.cgi" <<'END'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
env | grep "^${QUERY_STRING%%&*}="
END
chmod 755 "$DOCS/env.cgi"
echo page >"$DOCS/page.html"

# serve_rules N [SED-SCRIPT]: tests/e2e/data/rules.json, edited, as the Nth.
serve_rules() {
	sed "s/1700000000001/$((1700000000000 + $1))/; ${2-}" \
	    tests/e2e/data/rules.json >"$RULES.new"
	mv "$RULES.new" "$RULES"
}

# start_rules: origin and syncer with them, ready.  Workers may look again for
# themselves, as members of the group that may read.
start_rules() {
	serve_rules 1
	start_origin
	begin_syncer
	"$BUILD/forkgate" wait --state "$STATE" --timeout 20 >/dev/null ||
	    give_up rules "there are none"
}

begin_syncer() {
	if $as_root; then
		make_conf "reader_group = $(id -gn "$USER_OF")"
	else
		make_conf
	fi
	start_syncer
}

# start_apache_with MPM [MODULE...] <CONF: with forkgate, CGI and modules.
start_apache_with() {
	mpm=$1
	shift
	{
		modules cgi "$@"
		echo "LoadModule forkgate_module $T/mod_forkgate.so"
		echo "<Directory $DOCS>"
		echo "Options +ExecCGI +Includes"
		echo "AddHandler cgi-script .cgi"
		echo "</Directory>"
		cat
	} >"$W/with.conf"
	start_apache "$mpm" <"$W/with.conf"
}

# users_of TAG: the user IDs TAG-... of the exposures that the origin took.
users_of() {
	sed -n "s/.*_exposure\".*\"userID\" *: *\"\\($1-[^\"]*\\)\".*/\\1/p" "$EVENTS"
}

# users_arrived N TAG: as many different ones.
users_arrived() {
	[ "$(users_of "$2" | sort -u | wc -l)" -ge "$1" ]
}
