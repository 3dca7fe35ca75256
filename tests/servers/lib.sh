# lib: web servers for the scripts of this folder, on top of tests/e2e/lib.sh.
# A script begins with
#
#   . "$(dirname "$0")/lib.sh"
#   need apache2 ab
#
# and has all that the end-to-end scripts have, the origin and the syncer above
# all, and
#
#   $W        the servers' folder, $T/www, with their logs in $W/log
#   $DOCS     the document root, $W/docs
#   $USER_OF  the user that workers run as: www-data when the tests run as root,
#             or whoever runs them
#   $HTTP     the address of the Apache or nginx that was started last
#
# Every server has its own root, ports and processes, stays in the foreground as
# a child of the script, and is ended with it.  No installed configuration is
# read.
# shellcheck shell=sh
. "$(dirname "$0")/../e2e/lib.sh"

W=$T/www
DOCS=$W/docs
mkdir -p "$DOCS" "$W/log"
chmod 1777 "$W/log"
as_root=false
USER_OF=$(id -un)
if [ "$(id -u)" = 0 ]; then
	as_root=true
	USER_OF=www-data
fi
servers='' loads=''

# Their parents end their workers; a parent that is killed would leave them.
# Only what does not end is killed, with its children.
end_servers() {
	# shellcheck disable=SC2086 # numbers
	[ -z "$loads$servers" ] || kill -TERM $loads $servers 2>/dev/null
	for pid in $servers; do
		within 10 gone_or_dead "$pid" && continue
		pkill -KILL -P "$pid"
		kill -KILL "$pid"
	done
	servers=
}
trap 'end_servers; clean_up' EXIT

# A child of ours that ended stays as a zombie until it is waited for.
gone_or_dead() {
	case $(sed -n 's/^State:[[:blank:]]*//p' "/proc/$1/status" 2>/dev/null) in
	'' | Z*) return 0 ;;
	*) return 1 ;;
	esac
}

# need PROGRAM...: without them there is nothing to test here.
need() {
	PATH=$PATH:/usr/sbin:/sbin
	for program; do
		command -v "$program" >/dev/null 2>&1 || {
			skip "$(basename "$0" .sh)" "$program is not installed"
			exit 0
		}
	done
}

# free_port: sets $port to one that nobody listens on, below those that the
# kernel gives to clients.
next_port=$((20000 + $$ % 1000 * 12))
free_port() {
	while :; do
		port=$next_port
		next_port=$((20000 + (next_port - 19999) % 12000))
		grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$port") " \
		    /proc/net/tcp /proc/net/tcp6 2>/dev/null || return 0
	done
}

# server NAME PORT COMMAND...: starts it and waits until it accepts
# connections, at http://127.0.0.1:PORT or, if PORT is a path, at that socket.
# Its pid is in $server_pid; false if it ended.
server() {
	name=$1 at=$2
	shift 2
	# Apache ends its whole process group: that must not be the script's.
	setsid "$@" >>"$W/log/$name.out" 2>&1 </dev/null &
	server_pid=$!
	servers="$servers $server_pid"
	within 20 accepts "$at" || gone_or_dead "$server_pid"
	! gone_or_dead "$server_pid"
}

accepts() {
	gone_or_dead "$server_pid" && return 0
	case $1 in
	/*) [ -S "$1" ] ;;
	*) curl -s --max-time 5 -o /dev/null "http://127.0.0.1:$1/" ;;
	esac
}

# stop_server PID [SIGNAL]: waits for it; its status.
stop_server() {
	kill -"${2:-TERM}" "$1" 2>/dev/null
	wait "$1"
	st=$?
	kept=
	for pid in $servers; do
		[ "$pid" = "$1" ] || kept="$kept $pid"
	done
	servers=$kept
	return $st
}

show_servers() {
	show_logs
	for log in "$W"/log/*; do
		[ ! -f "$log" ] || [ ! -s "$log" ] || tail -n 30 "$log" | sed "s|^|# ${log##*/}: |"
	done
}

# modules NAME...: lines that load these of Apache's modules.
modules() {
	dir=$(apxs -q LIBEXECDIR 2>/dev/null)
	for m; do
		echo "LoadModule ${m}_module ${dir:-/usr/lib/apache2/modules}/mod_$m.so"
	done
}

# start_apache MPM <CONF: an Apache with that MPM; standard input is added to
# the configuration.  Sets $HTTP and $apache_pid; errors go to $W/log/error.
# $APACHE_AS is a command to start it by, such as setpriv, or nothing.
APACHE_AS=
start_apache() {
	mpm=$1
	cat >"$W/extra.conf"
	for attempt in 1 2 3; do
		free_port
		apache_conf "$mpm" "$port" >"$W/httpd.conf"
		# shellcheck disable=SC2086 # a command and its arguments
		if server apache "$port" $APACHE_AS apache2 -d "$W" -f "$W/httpd.conf" \
		    -D FOREGROUND; then
			apache_pid=$server_pid
			HTTP=http://127.0.0.1:$port
			return 0
		fi
		grep -q 'could not bind' "$W/log/apache.out" || break
	done
	show_servers
	give_up "apache-$mpm" "does not start (attempt $attempt)"
}

apache_conf() {
	cat <<-END
	ServerRoot $W
	ServerName localhost
	Listen 127.0.0.1:$2
	PidFile $W/log/apache.pid
	ErrorLog $W/log/error
	CustomLog $W/log/access "%>s %U"
	LogLevel info
	Mutex file:$W/log default
	DefaultRuntimeDir $W/log
	DocumentRoot $DOCS
	TypesConfig /dev/null
	$(modules "mpm_$1" authz_core mime env)
	StartServers 2
	<IfModule mpm_prefork_module>
	MinSpareServers 2
	MaxSpareServers 4
	</IfModule>
	<IfModule !mpm_prefork_module>
	ThreadsPerChild 4
	MinSpareThreads 4
	MaxSpareThreads 16
	</IfModule>
	EnableSendfile off
	<Directory $DOCS>
	Require all granted
	</Directory>
	END
	! $as_root || printf 'User %s\nGroup %s\n' "$USER_OF" "$(id -gn "$USER_OF")"
	cat "$W/extra.conf"
}

# graceful_restart: of Apache; waits until the parent has done it.
graceful_restart() {
	restarts=$(grep -c 'resuming normal operations' "$W/log/error")
	kill -USR1 "$apache_pid"
	within 20 resumed $((restarts + 1))
}

resumed() {
	[ "$(grep -c 'resuming normal operations' "$W/log/error")" -ge "$1" ]
}

# start_nginx <CONF: an nginx; standard input goes into its one server block.
# Sets $HTTP and $nginx_pid.
start_nginx() {
	cat >"$W/extra.conf"
	for attempt in 1 2 3; do
		free_port
		nginx_conf "$port" >"$W/nginx.conf"
		if server nginx "$port" nginx -p "$W" -c "$W/nginx.conf"; then
			nginx_pid=$server_pid
			HTTP=http://127.0.0.1:$port
			return 0
		fi
		grep -q 'Address already in use' "$W/log/nginx.out" || break
	done
	show_servers
	give_up nginx "does not start (attempt $attempt)"
}

nginx_conf() {
	! $as_root || echo "user $USER_OF;"
	cat <<-END
	daemon off;
	pid $W/nginx.pid;
	error_log $W/log/nginx-error info;
	worker_processes 2;
	events { worker_connections 256; }
	http {
	log_format short '\$status \$uri';
	access_log $W/log/access short;
	client_body_temp_path $W/log/body;
	proxy_temp_path $W/log/proxy;
	fastcgi_temp_path $W/log/fastcgi;
	uwsgi_temp_path $W/log/uwsgi;
	scgi_temp_path $W/log/scgi;
	server {
	listen 127.0.0.1:$1;
	root $DOCS;
	$(cat "$W/extra.conf")
	}
	}
	END
}

# start_fpm PROGRAM [OPTION...] <CONF: a php-fpm with one pool, at the socket
# $FPM; standard input is added to the pool.  Sets $fpm_pid.
start_fpm() {
	FPM=$W/fpm.sock
	rm -f "$FPM"
	{
		cat <<-END
		[global]
		error_log = $W/log/fpm-error
		daemonize = no
		process_control_timeout = 10s
		[www]
		listen = $FPM
		listen.mode = 0666
		END
		! $as_root || printf 'user = %s\ngroup = %s\n' "$USER_OF" \
		    "$(id -gn "$USER_OF")"
		cat
	} >"$W/fpm.conf"
	program=$1
	shift
	server fpm "$FPM" "$program" -n -y "$W/fpm.conf" "$@" || {
		show_servers
		give_up fpm "does not start"
	}
	fpm_pid=$server_pid
}

# get PATH [CURL-OPTION...]: the body.
get() {
	path=$1
	shift
	curl -sS --max-time $((10 * SLOW)) "$@" "$HTTP$path"
}

# status_of PATH [CURL-OPTION...]: the status, such as 200.
status_of() {
	path=$1
	shift
	curl -sS --max-time $((10 * SLOW)) -o /dev/null -w '%{http_code}' "$@" \
	    "$HTTP$path"
}

# says PATH TEXT [CURL-OPTION...]: is that the body?  For within.
says() {
	path=$1 text=$2
	shift 2
	[ "$(get "$path" "$@")" = "$text" ]
}

# expect NAME TEXT PATH [CURL-OPTION...]: the body has to be that.
expect() {
	name=$1 text=$2
	shift 2
	body=$(get "$@" 2>&1)
	[ "$body" = "$text" ]
	verdict "$name" $? "'$body', not '$text'"
}

# load_begin NAME PATH [AB-OPTION...]: requests as fast as they are answered,
# four at a time, until load_end NAME, which sets $requests and $failures.
load_begin() {
	name=$1 path=$2
	shift 2
	ab -q -l -r -c 4 -t 600 -n 1000000 "$@" "$HTTP$path" \
	    >"$W/load-$name" 2>"$W/load-$name.err" &
	eval "load_$name=$!"
	loads="$loads $!"
	load_goes_on
}

# load_goes_on: waits until some hundred more requests were answered.
load_goes_on() {
	answered=$(wc -l <"$W/log/access")
	within 20 answered_more 200 || not_ok load "hardly a request is answered"
}

answered_more() {
	[ "$(wc -l <"$W/log/access")" -ge $((answered + $1)) ]
}

load_end() {
	eval "pid=\$load_$1"
	# shellcheck disable=SC2154 # set by eval
	kill -INT "$pid"
	wait "$pid"
	requests=$(sed -n 's/^Complete requests: *//p' "$W/load-$1")
	failures=$(sed -n 's/^\(Failed requests\|Write errors\|Non-2xx responses\): *//p' \
	    "$W/load-$1" | awk '{ n += $1 } END { print n + 0 }')
	requests=${requests:-0}
	sed 's/^/# ab: /' "$W/load-$1.err"
}
