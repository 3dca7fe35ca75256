#!/bin/sh
# Goal: every directive of mod_forkgate does under each of Apache's MPMs what
# its manual says, for whoever reads it: CGI programs, rewrite rules, conditions,
# proxied back ends and clients that ask for their initialize response.
. "$(dirname "$0")/lib_apache.sh"

start_rules
"$BUILD/forkgate" compile tests/e2e/data/rules.json -o "$T/rules.fgs" >/dev/null
sed "s/\"ratio\": 1.50/\"long\": \"$(printf %040000d 0)\"/" \
    tests/e2e/data/rules.json >"$T/long.json"
"$BUILD/forkgate" compile "$T/long.json" -o "$T/long.fgs" >/dev/null

conf() {
	cat <<-END
	Listen 127.0.0.1:$back
	ForkgateStateDir $STATE
	ForkgateProject default
	ForkgateUser userID %{forkgate_cookie:uid}
	ForkgateUser userID %{HTTP:X-User}
	ForkgateUser email %{HTTP:X-Email}
	ForkgateUser ip %{REMOTE_ADDR}
	ForkgateUser userAgent %{HTTP_USER_AGENT}
	ForkgateUser country "%{reqenv:COUNTRY}"
	ForkgateUser locale en_NZ
	ForkgateUser appVersion %{forkgate_query:v}
	ForkgateUser customIDs.companyID %{forkgate_query:company}
	ForkgateUser custom.size %{forkgate_query:size} number
	ForkgateUser custom.text %{forkgate_query:size}
	ForkgateUser custom.yes %{forkgate_query:yes} bool
	ForkgateUser privateAttributes.secret hidden
	SetEnvIf Request_URI . COUNTRY=NZ
	SetEnvIf X-Fake (.+) STAGING=\$1 NESTED=\$1

	ForkgateEnv EVERYONE gate everyone
	ForkgateEnv NESTED gate nested
	ForkgateEnv STAGING gate staging_only
	ForkgateEnv UNKNOWN gate no_such_gate
	ForkgateEnv LIMITS config limits
	ForkgateEnv LIMITS_MAX config limits/max
	ForkgateEnv LIMITS_NONE config limits/none 12
	ForkgateEnv NO_CONFIG config nowhere/none
	ForkgateEnv COLOUR experiment colours/colour
	ForkgateEnv GROUP experiment colours/@group
	ForkgateEnv RULE experiment colours/@rule
	ForkgateEnv SIZE layer page/size
	ForkgateEnv SHADE layer page/colour
	ForkgateEnv LAYER layer page
	ForkgateEnv LAYER_RULE layer page/@rule
	ForkgateEnv SHOW store looks/show
	ForkgateEnv SHOW_NONE store looks/none nothing

	<If "-T forkgate_gate('nested')">
	Header set X-Nested yes
	</If>
	<ElseIf "%{FORKGATE_CONFIG:limits/max} -eq 1">
	Header set X-Nested no
	</ElseIf>
	Header set X-Layer "expr=%{FORKGATE_LAYER:page/colour}"

	RewriteEngine on
	RewriteCond expr "-T forkgate_gate('nested')"
	RewriteRule ^/rewrite-expr\$ /nested.html [PT]
	RewriteCond %{ENV:EARLY} =1
	RewriteRule ^/rewrite-early\$ /nested.html [PT]
	RewriteRule ^/rewrite /page.html [PT]
	ForkgateEnvEarly EARLY gate nested
	RewriteRule ^/internal\$ /env.cgi?NESTED [PT]
	<Directory $DOCS>
	AllowOverride FileInfo
	</Directory>
	<Directory $DOCS/dir>
	RewriteEngine on
	RewriteCond %{ENV:NESTED} =1
	RewriteRule ^page.html\$ nested.html
	</Directory>
	AddType text/html .shtml
	AddOutputFilter INCLUDES .shtml
	ErrorDocument 404 "/env.cgi?NESTED"

	RequestHeader unset X-New early
	RequestHeader set X-New %{NESTED}e env=NESTED
	ProxyPass /back http://127.0.0.1:$back
	<Location /quiet>
	ForkgateExposures off
	</Location>
	Alias /quiet $DOCS
	<Location /status>
	SetHandler server-status
	</Location>

	<Location /init>
	SetHandler forkgate-init
	ForkgateInit hash=none
	</Location>
	<Location /init/sha>
	ForkgateInit hash=sha256 "cache-control=private, max-age=60"
	</Location>
	<Location /init/v2>
	ForkgateInit format=init-v2
	</Location>
	<Location /init/app>
	ForkgateInit target-app=nobodys
	</Location>
	<Location /init/key>
	ForkgateInit client-key=client-unknown refuse-unknown-key=on
	</Location>
	<Location /init/small>
	ForkgateInit max-bytes=1024
	</Location>

	<VirtualHost *:$back>
	DocumentRoot $DOCS
	</VirtualHost>
	<VirtualHost *>
	ServerName localhost
	RewriteEngine on
	RewriteOptions InheritBefore
	</VirtualHost>
	<VirtualHost *>
	ServerName production.test
	ForkgateEnvironment production
	ForkgateUser userID fixed-%{SERVER_NAME}
	</VirtualHost>
	<VirtualHost *>
	ServerName often.test
	ForkgateDedupe 1ms 16
	</VirtualHost>
	<VirtualHost *>
	ServerName snapshot.test
	ForkgateSnapshot $T/rules.fgs
	</VirtualHost>
	<VirtualHost *>
	ServerName long.test
	ForkgateSnapshot $T/long.fgs
	ForkgateEnv LONG config limits/long short
	</VirtualHost>
	<VirtualHost *>
	ServerName circle.test
	ForkgateUser userID user-%{forkgate_gate:everyone}
	</VirtualHost>
	END
}

mkdir "$DOCS/dir" "$DOCS/own"
echo nested >"$DOCS/nested.html"
cp "$DOCS"/*.html "$DOCS/dir"
echo '<!--#include virtual="/env.cgi?NESTED" -->' >"$DOCS/sub.shtml"
cp "$DOCS/env.cgi" "$DOCS/own/env.cgi"
echo "ForkgateEnv OWN config limits/max" >"$DOCS/own/.htaccess"

# env NAME VAR VALUE [QUERY [CURL-OPTION...]]: what a CGI program finds.
env_is() {
	name=$1 var=$2 value=$3 query=${4-}
	shift 3
	[ $# = 0 ] || shift
	expect "$mpm-$name" "$value" "/env.cgi?$var&$query" "$@"
}

# header NAME TEXT PATH [CURL-OPTION...]: a line of the answer's head.
header() {
	name=$1 text=$2
	shift 2
	get "$@" -D "$T/head" -o "$T/body"
	tr -d '\r' <"$T/head" | grep -qixF -- "$text"
	verdict "$mpm-$name" $? "no '$text' in: $(tr -d '\r' <"$T/head" | tr '\n' '|')"
}

# body NAME TEXT PATH [CURL-OPTION...]: a part of the answer.
body() {
	name=$1 text=$2
	shift 2
	get "$@" >"$T/body"
	grep -qF -- "$text" "$T/body"
	verdict "$mpm-$name" $? "no '$text' in: $(head -c 2000 "$T/body")"
}

test_environment() {
	env_is gate EVERYONE EVERYONE=1
	env_is gate-that-is-off NESTED ""
	env_is number-of-query NESTED NESTED=1 size=1000
	env_is number-that-is-none NESTED "" size=many
	env_is default-tier STAGING STAGING=1
	env_is unknown-gate UNKNOWN ""
	env_is client-cannot-set-it NESTED "" "" -H "X-Fake: 1"
	env_is config LIMITS 'LIMITS={"max":1}'
	env_is config-parameter LIMITS_MAX LIMITS_MAX=1
	env_is config-of-user LIMITS_MAX LIMITS_MAX=9007199254740993 size=2e3
	env_is missing-parameter LIMITS_NONE LIMITS_NONE=12
	env_is missing-config NO_CONFIG ""
	env_is experiment COLOUR COLOUR=green
	env_is experiment-group GROUP GROUP=Green
	env_is experiment-rule RULE RULE=group_green
	env_is layer-number SIZE SIZE=2
	env_is layer-text SHADE SHADE=green
	env_is layer LAYER 'LAYER={"colour":"green","size":2}'
	env_is layer-rule LAYER_RULE LAYER_RULE=group_green
	env_is store SHOW SHOW=yes
	env_is store-default SHOW_NONE SHOW_NONE=nothing
	expect "$mpm-htaccess" OWN=1 "/own/env.cgi?OWN"
	expect "$mpm-htaccess-is-local" "" "/env.cgi?OWN"
}

test_expressions() {
	header if "X-Nested: yes" "/page.html?size=1000"
	header elseif "X-Nested: no" "/page.html"
	header expression-of-header "X-Layer: green" "/page.html"
	expect "$mpm-rewrite-expr-on" nested "/rewrite-expr?size=1000"
	expect "$mpm-rewrite-expr-off" page /rewrite-expr
	expect "$mpm-rewrite-early-on" nested "/rewrite-early?size=1000"
	expect "$mpm-rewrite-early-off" page /rewrite-early
	expect "$mpm-rewrite-directory-on" nested "/dir/page.html?size=1000"
	expect "$mpm-rewrite-directory-off" page /dir/page.html
	expect "$mpm-proxied-header" HTTP_X_NEW=1 \
	    "/back/env.cgi?HTTP_X_NEW&size=1000"
	expect "$mpm-proxied-header-off" "" "/back/env.cgi?HTTP_X_NEW"
	expect "$mpm-proxied-header-is-ours" "" "/back/env.cgi?HTTP_X_NEW" \
	    -H "X-New: 1"
}

# The user is the first request's: the others have no size of their own.
test_chain() {
	expect "$mpm-subrequest-shares-user" NESTED=1 "/sub.shtml?size=1000"
	expect "$mpm-subrequest-of-another" "" /sub.shtml
	expect "$mpm-redirect-shares-user" NESTED=1 "/nowhere?size=1000"
	expect "$mpm-rewritten-shares-user" NESTED=1 "/internal?size=1000"
}

test_hosts() {
	expect "$mpm-environment" "" "/env.cgi?STAGING" -H "Host: production.test"
	body host-replaces-user '"userID":"fixed-production.test"' /init \
	    -H "Host: production.test" -H "X-User: ada"
	body host-keeps-the-rest '"email":"a@b.c"' /init \
	    -H "Host: production.test" -H "X-Email: a@b.c"
	expect "$mpm-snapshot" NESTED=1 "/env.cgi?NESTED&size=1000" \
	    -H "Host: snapshot.test"
	expect "$mpm-long-value" LONG=short "/env.cgi?LONG&size=1000" \
	    -H "Host: long.test"
	told long-value "bytes long and taken for absent"
	body user-that-asks '"userID":"user-false"' /init \
	    -H "Host: circle.test"
	told user-that-asks "before there is a user"
}

# told NAME TEXT: in the error log.
told() {
	grep -qF -- "$2" "$W/log/error"
	verdict "$mpm-$1-is-told" $? "the log has no '$2'"
}

test_user() {
	body user-cookie '"userID":"a b@c;%zz%00+"' /init \
	    -H "Cookie: xuid=no; uid=a%20b%40c%3b%zz%00+; z=1" -H "X-User: ada"
	body user-header '"userID":"ada"' /init -H "X-User: ada" \
	    -H "Cookie: uid=; xuid=no"
	body user-all '"custom":{"size":12,"text":"12","yes":true}' \
	    "/init?size=12&yes=on&v=2.1&company=a%26b+c" -A "agent/1" \
	    -H "X-Email: a@b.c"
	for field in '"email":"a@b.c"' '"ip":"127.0.0.1"' '"userAgent":"agent/1"' \
	    '"country":"NZ"' '"locale":"en_NZ"' '"appVersion":"2.1"' \
	    '"customIDs":{"companyID":"a&b c"}'; do
		grep -qF -- "$field" "$T/body"
		verdict "$mpm-user-$field" $? "not in $(cat "$T/body")"
	done
	! grep -q hidden "$T/body"
	verdict "$mpm-private-attributes-stay" $? "they are in the response"
	body user-bytes '"userID":"�x"' /init -H "$(printf 'X-User: \377x')"
}

test_init() {
	header init-type "Content-Type: application/json" /init
	grep -q '"everyone":{' "$T/body"
	verdict "$mpm-init-names" $? "$(cat "$T/body")"
	header init-cache "Cache-Control: private, no-cache" /init
	header init-nosniff "X-Content-Type-Options: nosniff" /init
	header init-length "Content-Length: $(wc -c <"$T/body")" /init
	tag=$(tr -d '\r' <"$T/head" | sed -n 's/^[Ee][Tt]ag: //p')
	# Of other workers too, each of which may answer.
	seen=
	for i in 1 2 3 4 5 6; do
		seen=$seen$(status_of /init -H "If-None-Match: $tag")
	done
	[ "$seen" = 304304304304304304 ]
	verdict "$mpm-init-not-modified" $? "$seen for $tag"
	[ "$(status_of "/init?size=3" -H "If-None-Match: $tag")" = 200 ]
	verdict "$mpm-init-modified" $? "another user's answer was not sent"
	header init-head "Content-Type: application/json" /init -I
	header init-post "HTTP/1.1 405 Method Not Allowed" /init -d "{}"
	grep -qi '^allow:.*GET' "$T/head"
	verdict "$mpm-init-allow" $? "$(cat "$T/head")"
	body init-sha256 '"hash_used":"sha256"' /init/sha
	header init-cache-control "Cache-Control: private, max-age=60" /init/sha
	body init-format '"values"' /init/v2
	body init-app '"feature_gates":{}' /init/app
	[ "$(status_of /init/key)" = 403 ]
	verdict "$mpm-init-unknown-key" $? "$(status_of /init/key)"
	[ "$(status_of /init/small)" = 503 ]
	verdict "$mpm-init-bounded" $? "$(status_of /init/small)"
	told init-bounded "is over max-bytes of ForkgateInit"
}

# Exposures: none where they are off, and as often as the host wants them.
test_exposures() {
	get "/quiet/page.html" -H "X-User: quiet-$mpm" -o /dev/null
	get "/env.cgi?X&size=1000" -H "X-User: seen-$mpm" -o /dev/null
	curl -s --rate 25/s -o /dev/null -H "X-User: once-$mpm" \
	    "$HTTP/page.html?[1-5]"
	curl -s --rate 25/s -o /dev/null -H "X-User: often-$mpm" \
	    -H "Host: often.test" "$HTTP/page.html?[1-5]"
	"$BUILD/forkgate" flush --wait --state "$STATE" >/dev/null
	! grep -q "\"quiet-$mpm\"" "$EVENTS"
	verdict "$mpm-exposures-off" $? "$(grep -c "\"quiet-$mpm\"" "$EVENTS")"
	for what in '{"gate":"everyone"' '{"gate":"nested"' \
	    '{"config":"limits"' '{"config":"colours"' \
	    '{[^}]*"parameterName":"colour"' '{[^}]*"parameterName":"size"'; do
		n=$(grep "\"seen-$mpm\"" "$EVENTS" |
		    grep -c -- "\"metadata\":$what")
		[ "$n" = 1 ]
		verdict "$mpm-exposure-$what" $? "$n of them"
	done
	once=$(exposures_of everyone "once-$mpm")
	often=$(exposures_of everyone "often-$mpm")
	[ "$once" = 1 ] && [ "$often" -gt 1 ]
	verdict "$mpm-dedupe" $? "$once and $often"
}

exposures_of() {
	grep "\"$2\"" "$EVENTS" | grep -c "\"metadata\":{\"gate\":\"$1\""
}

test_status() {
	body status-text "ForkgateGeneration: 1" "/status?auto"
	body status-page "<h2>forkgate</h2>" /status
}

for mpm in prefork worker event; do
	: >"$W/log/error"
	free_port
	back=$port
	conf >"$W/functions.conf"
	start_apache_with $mpm rewrite headers proxy proxy_http include alias \
	    setenvif status <"$W/functions.conf"
	worker=$(pgrep -P "$apache_pid" | head -n 1)
	[ "$(stat -c %U "/proc/$worker")" = "$USER_OF" ]
	verdict "$mpm-workers-are-$USER_OF" $? "$(stat -c %U "/proc/$worker")"
	test_environment
	test_expressions
	test_chain
	test_hosts
	test_user
	test_init
	test_exposures
	test_status
	! grep -E '\[(core|mpm_.*):.*(exit signal|segmentation)' "$W/log/error"
	verdict "$mpm-no-crash" $? "see above"
	stop_server "$apache_pid"
	verdict "$mpm-ends" $? "status $?"
done
