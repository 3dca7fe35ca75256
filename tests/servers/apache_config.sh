#!/bin/sh
# Goal: a directive of mod_forkgate that cannot be is refused when the
# configuration is read, by a line that names the directive, the value and what
# to write instead; and what can be is taken.
. "$(dirname "$0")/lib_apache.sh"

mkdir "$T/dir"
touch "$T/file"

check() {
	{
		modules mpm_event authz_core
		echo "LoadModule forkgate_module $BUILD/mod_forkgate.so"
		printf 'ServerName x\nListen 127.0.0.1:9\nErrorLog log/error\n%b\n' "$1"
	} >"$W/httpd.conf"
	apache2 -t -d "$W" -f "$W/httpd.conf" >"$T/said" 2>&1
}

# refuses NAME LINES PART...: each part is in what Apache says of it.
refuses() {
	name=$1 lines=$2
	shift 2
	if check "$lines"; then
		not_ok "refuses-$name" "it is taken"
		return
	fi
	why=
	for part; do
		grep -qF -- "$part" "$T/said" || why="$why no '$part'"
	done
	[ -z "$why" ]
	verdict "refuses-$name" $? "$why in $(cat "$T/said")"
}

takes() {
	check "$2"
	verdict "takes-$1" $? "$(cat "$T/said")"
}

takes nothing ""
takes state-dir "ForkgateStateDir $T/dir"
takes state-dir-to-come "ForkgateStateDir $T/later"
takes relative-state-dir "ForkgateStateDir later"
refuses state-dir-that-is-a-file "ForkgateStateDir $T/file" \
    "ForkgateStateDir '$T/file'" "state_dir of forkgate-syncer"
refuses state-dir-and-snapshot \
    "ForkgateStateDir $T/dir\nForkgateSnapshot $T/file" \
    "ForkgateSnapshot: " "remove one of them"
refuses missing-snapshot "ForkgateSnapshot $T/none" \
    "ForkgateSnapshot '$T/none'" "No such file" "forkgate compile"
refuses snapshot-that-is-a-folder "ForkgateSnapshot $T/dir" \
    "ForkgateSnapshot '$T/dir'" "forkgate compile"
takes project "ForkgateProject web-1.x_Y"
refuses project "ForkgateProject a/b" "ForkgateProject 'a/b'" "[project NAME]"
long=$(printf '%064d' 0)
refuses long-project "ForkgateProject $long" "1 to 63 letters"
refuses empty-environment 'ForkgateEnvironment ""' \
    "ForkgateEnvironment takes one argument" "such as production"
takes dedupe "ForkgateDedupe 5min 65536"
refuses dedupe-time "ForkgateDedupe soon" "ForkgateDedupe 'soon'" "60s or 5min"
refuses dedupe-no-time "ForkgateDedupe 0" "ForkgateDedupe '0'" "1ms to 24h"
refuses dedupe-number "ForkgateDedupe 60 many" "ForkgateDedupe 60 'many'" \
    "such as 4096"
refuses dedupe-great-number "ForkgateDedupe 60 99999999999999999999" \
    "1 to 16777216"

takes user-fields "ForkgateUser userID x\nForkgateUser custom.a.b y number"
refuses user-field "ForkgateUser userid x" "ForkgateUser 'userid'" \
    "use userID, email"
refuses user-field-without-name "ForkgateUser custom. x" \
    "ForkgateUser 'custom.'" "custom.NAME"
refuses user-type "ForkgateUser custom.a x date" \
    "ForkgateUser custom.a 'date'" "string, number or bool"
refuses user-expression "ForkgateUser userID %{HTTP:X-User" \
    "ForkgateUser userID '%{HTTP:X-User'" "use text with variables"
refuses user-function "ForkgateUser userID %{forkgate_nothing:x}" \
    "ForkgateUser userID" "forkgate_nothing"
refuses user-in-directory "<Directory />\nForkgateUser userID x\n</Directory>" \
    "ForkgateUser not allowed"

takes env "ForkgateEnv A gate b\nForkgateEnv A layer b/c d"
refuses env-few "ForkgateEnv A gate" "ForkgateEnv takes a variable" "PHOTOS"
refuses env-many "ForkgateEnv A config b c d" "ForkgateEnv takes a variable"
refuses env-variable "ForkgateEnv A=B gate b" "ForkgateEnv 'A=B'" \
    "environment variable"
refuses env-kind "ForkgateEnv A feature b" "ForkgateEnv A 'feature'" \
    "use gate, config, experiment, layer or store"
refuses env-gate-default "ForkgateEnv A gate b 0" \
    "ForkgateEnv A gate b '0'" "1 or not there"
refuses env-name "ForkgateEnv A layer /b" "ForkgateEnv A: " \
    "name of the layer is missing"
refuses env-parameter "ForkgateEnv A layer b/" "ForkgateEnv A: 'b/'" \
    "after the / is missing"
refuses env-store "ForkgateEnv A store b" "ForkgateEnv A: 'b'" "b/NAME"
takes early "<Location />\nForkgateEnvEarly A gate b\n</Location>"
refuses early-in-directory \
    "<Directory />\nForkgateEnvEarly A gate b\n</Directory>" \
    "ForkgateEnvEarly" "<Directory"
refuses exposures "ForkgateExposures some" "ForkgateExposures" "On or Off"

takes init "ForkgateInit hash=NONE format=v2 client-key=client-x \
    refuse-unknown-key=on target-app=a max-bytes=4096 cache-control=no-store"
refuses init-option "ForkgateInit hush=djb2" "ForkgateInit 'hush=djb2'" \
    "use hash, format"
refuses init-no-value "ForkgateInit hash" "ForkgateInit 'hash'" \
    "OPTION=VALUE"
refuses init-hash "ForkgateInit hash=md5" "ForkgateInit 'hash=md5'" \
    "hash=djb2, sha256 or none"
refuses init-format "ForkgateInit format=v3" "v1, v2 or init-v2"
refuses init-switch "ForkgateInit refuse-unknown-key=maybe" "on or off"
refuses init-bytes "ForkgateInit max-bytes=12" \
    "ForkgateInit 'max-bytes=12'" "1024 to 1073741824"

takes expression "<If \"-T forkgate_gate('a') && -T forkgate_layer('a/b')\">\n</If>"
refuses expression-name "<If \"-T forkgate_gate('')\">\n</If>" \
    "name of the gate is missing"
refuses expression-store "<If \"-T forkgate_store('a')\">\n</If>" \
    "say which parameter"

# What users copy: the example as it is and with all its lines, and every block
# of the manuals.
example=reader/apache/forkgate.conf.example
takes the-example "$(cat $example)"
with="$(modules headers rewrite)"
takes all-of-the-example "$with
$(sed 's/^#\([^ ]\|    \)/\1/' $example)"
for manual in README.md reader/apache/README.md; do
	sed -n '/^```apache$/,/^```$/p' $manual | grep -v '^```' >"$T/blocks"
	grep -q ForkgateUser "$T/blocks" || not_ok "manual-$manual" "no block"
	takes "$manual" "$with
$(sed 's/\\/&&/g' "$T/blocks")"
done

# Into a folder of its own: the module loads from there, and what somebody has
# changed stays.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
make install-apache B="$BUILD" DESTDIR="$T/root" >"$T/said" 2>&1
verdict install $? "$(cat "$T/said")"
mods=$T/root$(apxs -q SYSCONFDIR)/mods-available
echo "ForkgateProject mine" >"$mods/forkgate.conf"
make install-apache B="$BUILD" DESTDIR="$T/root" >"$T/said" 2>&1
grep -qx "ForkgateProject mine" "$mods/forkgate.conf"
verdict install-keeps-configuration $? "$(cat "$T/said")"
sed "s| /| $T/root/|" "$mods/forkgate.load" >"$T/load"
{
	modules mpm_event authz_core
	printf 'ServerName x\nListen 127.0.0.1:9\nErrorLog log/error\n'
	cat "$T/load" "$mods/forkgate.conf"
} >"$W/httpd.conf"
apache2 -t -d "$W" -f "$W/httpd.conf" >"$T/said" 2>&1
verdict installed-module-loads $? "$(cat "$T/said")"

exported=$(nm -D --defined-only "$BUILD/mod_forkgate.so" | sed 's/.* //')
[ "$exported" = forkgate_module ] &&
    readelf -dW "$BUILD/mod_forkgate.so" | grep -q 'FLAGS_1.*NODELETE'
verdict module-is-a-good-guest $? "it exports $exported, or can be unloaded"
