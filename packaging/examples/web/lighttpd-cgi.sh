#!/bin/sh -eu
# What lighttpd starts for /mgr/api: it has a name for who logged in, and no way to give it another.
unset HTTP_AUTHORIZATION
export MGR_USER="${REMOTE_USER-}"
exec /usr/libexec/mgr/mgr.cgi
