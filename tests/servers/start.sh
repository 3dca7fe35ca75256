#!/bin/sh
# Goal: the servers of the other scripts are real: each answers, with workers
# that are not root, stays through a restart, and ends when it is told.
. "$(dirname "$0")/lib.sh"
need apache2 ab

echo "a page" >"$DOCS/page.html"
for mpm in prefork worker event; do
	: >"$W/log/error"
	start_apache $mpm </dev/null
	expect "apache-$mpm-answers" "a page" /page.html
	worker=$(pgrep -P "$apache_pid" | head -n 1)
	[ "$(stat -c %U "/proc/$worker")" = "$USER_OF" ]
	verdict "apache-$mpm-workers-are-$USER_OF" $? \
	    "$(stat -c %U "/proc/$worker")"
	load_begin restart /page.html
	graceful_restart
	verdict "apache-$mpm-restarts" $? "not within 20 s"
	within 10 gone_or_dead "$worker"
	verdict "apache-$mpm-replaces-workers" $? "$worker is still there"
	load_goes_on
	load_end restart
	[ "$requests" -gt 0 ] && [ "$failures" = 0 ]
	verdict "apache-$mpm-loses-no-request" $? \
	    "$failures of $requests failed"
	stop_server "$apache_pid"
	verdict "apache-$mpm-ends" $? "status $?"
done
