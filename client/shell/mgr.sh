# shellcheck shell=sh
# Asks mgr from a shell. To be sourced, by bash, dash or busybox sh: one file, without options of its own.
#
# Runs in the caller's shell, with the caller's uid. It distrusts the values that it is given (a line break in
# one must not become a second field), the daemon's answers (bounded in bytes and time, and JSON to the last
# byte) and, of a signed request, who brings them. Nothing of an answer becomes a command, a name or a pattern.
#
#     . /usr/share/mgr/shell/mgr.sh
#
#     mgr_call scan start task_ids=1,2                   # prints the reply, a line of JSON
#     mgr_call --wait scan start task_ids=3              # when it has ended; exits with the job's status
#     mgr_call --body web.pem tls upload name=web
#     mgr_call --request-id "nightly-$(date +%F)" scan start task_ids=1    # asked again, it starts nothing twice
#     mgr_wait 7 8                                       # until these jobs have ended
#     mgr_follow 7                                       # what job 7 prints, a line of JSON each time
#     mgr_stream job output id=7                         # any other reply with several lines
#
#     mgr_open && trap mgr_close EXIT                    # one connection for the calls that follow
#     mgr_call mgr ping
#     mgr_close
#
# Options stand before MODULE ACTION name=value…:
#
#     --wait  --dry-run  --confirm  --body FILE (- for standard input)  --request-id ID  --on-behalf-of WHO
#     --timeout SECONDS (60; none with --wait; of a stream: until its first line)
#     --host HOST:PORT  --socket PATH  --root DIR  --key FILE  --no-sign
#
# MGR_HOST, MGR_SOCKET and MGR_KEY are as mgrctl has them, and so are the exit statuses: 0; 1 failed; 2 not a
# request; 126 denied; 127 unavailable, or no answer. Where jobs were waited for, or the answer is what a command
# printed, it is theirs up to 123, 124 of one whose time was up, and 125 where there is none. A refusal is
# printed on standard output as every reply is, and in words on standard error.
#
# What it wants of the machine: awk, od, dd, timeout and the like, of which busybox has all; for the UNIX socket
# one of nc (OpenBSD's), ncat, socat and perl, for TCP any nc, or bash alone. MGR_TRANSPORT names the one to
# take. With a key to sign with, openssl 3. Fields and replies pass through files of the caller's alone, in TMPDIR,
# or /dev/shm, which is memory, or /tmp; they are gone with the call.
#
# A function in the background is several processes: what ends it is a signal to its group, as the terminal's.
#
# A kept connection has the descriptors 8 and 9, which whoever opens it must leave alone, and $! is its process.
# It is the calling shell's, for one call at a time, also for those in $(…). When it breaks off, or nothing was
# asked for 50 s, calls go on over a connection each, until the next mgr_open.

# A connection is kept by this shell or by none: what the environment has of that name would be removed, and ended.
[ "${_mgr_kept_in-}" = "$$" ] || _mgr_kept=''
_mgr_kept_in=$$

mgr_call() (
  _mgr_begin
  _mgr_options "$@"
  shift "$_mgr_taken"
  _mgr_ask line "$@"
)

mgr_stream() (
  _mgr_begin
  _mgr_options "$@"
  shift "$_mgr_taken"
  _mgr_ask stream "$@"
)

mgr_follow() (
  _mgr_begin
  _mgr_options "$@"
  shift "$_mgr_taken"
  [ $# -eq 1 ] || _mgr_misused 'mgr_follow [OPTION…] ID'
  _mgr_rule='jobs'
  _mgr_ask stream job follow "id=$1"
)

mgr_wait() (
  _mgr_begin
  _mgr_options "$@"
  shift "$_mgr_taken"
  [ $# -gt 0 ] || _mgr_misused 'mgr_wait [OPTION…] ID…'
  IFS=,
  _mgr_ids=$*
  _mgr_rule=jobs _mgr_patient=yes IFS=' '
  _mgr_ask line job wait "ids=$_mgr_ids"
)

# Opens a connection for the calls that follow: --host, --socket and --root as those have them.
mgr_open() {
  mgr_close
  _mgr_kept=$(_mgr_begin && _mgr_options "$@" && _mgr_make_pipes) || return
  (_mgr_begin && _mgr_options "$@" && _mgr_transport 1) \
    <"$_mgr_kept/in" >"$_mgr_kept/out" 2>"$_mgr_kept/errors" &
  _mgr_kept_process=$!
  exec 8>"$_mgr_kept/in" 9<"$_mgr_kept/out"
  if ! (_mgr_begin && _mgr_options "$@" && _mgr_greet); then
    mgr_close
    return 127
  fi
}

mgr_close() {
  [ -n "${_mgr_kept-}" ] || return 0
  exec 8>&- 9<&-
  kill "$_mgr_kept_process" 2>/dev/null || :
  wait "$_mgr_kept_process" 2>/dev/null || :
  rm -rf -- "$_mgr_kept"
  _mgr_kept=
}

# ---- a call, in a subshell of its own

# Whatever the caller has set, is meant for the caller. A trace would show secrets.
_mgr_begin() {
  set +eux +C
  set -f
  # shellcheck disable=SC3040 # asked for before it is used
  if (set +o pipefail) 2>/dev/null; then set +o pipefail; fi
  # shellcheck disable=SC3047 # bash's, which set -E hands down
  [ -z "${BASH_VERSION-}" ] || trap - ERR DEBUG RETURN
  IFS=' '
  LC_ALL=C
  export LC_ALL
  umask 077
  _mgr_folder='' _mgr_process='' _mgr_line_break='
'
  _mgr_taken=0 _mgr_rule=request _mgr_patient='' _mgr_timeout='' _mgr_body='' _mgr_request_id='' _mgr_own=''
  _mgr_host='' _mgr_socket='' _mgr_root='' _mgr_key='' _mgr_sign=yes _mgr_about_place='' _mgr_timeout_has=''
}

_mgr_say() {  # TEXT…: what may be anybody's, on standard error
  printf 'mgr: %s\n' "$*" | tr -c ' -~\n' '?' >&2
}

_mgr_fail() {  # STATUS TEXT…
  _mgr_status=$1
  shift
  _mgr_say "$@"
  exit "$_mgr_status"
}

_mgr_misused() {
  _mgr_fail 2 "usage: $*"
}

_mgr_options() {  # WORD…: sets what they say, and how many they are
  _mgr_given=$#
  while [ $# -gt 0 ]; do
    case $1 in
      --wait) _mgr_add_own mgr-wait yes && _mgr_rule=jobs _mgr_patient=yes ;;
      --dry-run) _mgr_add_own mgr-dry-run yes ;;
      --confirm | --yes) _mgr_add_own mgr-confirm yes ;;
      --no-sign) _mgr_sign='' ;;
      --) shift && break ;;
      --*)
        [ $# -gt 1 ] || _mgr_fail 2 "$1 wants a value, or is no option"
        _mgr_option "$1" "$2"
        shift
        ;;
      *) break ;;
    esac
    shift
  done
  _mgr_taken=$((_mgr_given - $#))
  _mgr_place
}

_mgr_option() {  # NAME VALUE
  case $1 in
    --body) _mgr_body=$2 ;;
    --request-id) _mgr_request_id=$2 && _mgr_add_own mgr-request-id "$2" ;;
    --on-behalf-of) _mgr_add_own mgr-on-behalf-of "$2" ;;
    --timeout)
      case $2 in '' | 0* | *[!0-9]* | ??????*) _mgr_fail 2 'a timeout is 1 to 86400 seconds' ;; esac
      [ "$2" -le 86400 ] || _mgr_fail 2 'a timeout is 1 to 86400 seconds'
      _mgr_timeout=$2
      ;;
    --host) _mgr_host=$2 _mgr_about_place=yes ;;
    --socket) _mgr_socket=$2 _mgr_about_place=yes ;;
    --root) _mgr_root=${2%/} _mgr_about_place=yes ;;
    --key) _mgr_key=$2 ;;
    *) _mgr_fail 2 "no option: $1" ;;
  esac
}

_mgr_add_own() {  # NAME VALUE: a field of the language's own
  _mgr_check_value "$1" "$2"
  _mgr_own="$_mgr_own$1:$2$_mgr_line_break"
}

# Sets where to connect to: _mgr_host and _mgr_port, or _mgr_socket; and _mgr_name, which known_hosts has.
_mgr_place() {
  [ -n "$_mgr_about_place" ] || _mgr_host=${MGR_HOST-}
  if [ -z "$_mgr_host" ]; then
    _mgr_name=local
    [ -n "$_mgr_socket$_mgr_root" ] || _mgr_socket=${MGR_SOCKET-}
    : "${_mgr_socket:=$_mgr_root/run/mgr.sock}"
    case $_mgr_socket in /*) ;; *) _mgr_socket=./$_mgr_socket ;; esac
    return
  fi
  _mgr_name=$_mgr_host _mgr_port=${_mgr_host##*:} _mgr_host=${_mgr_host%:*}
  case $_mgr_name in
    *[!A-Za-z0-9.:%_\[\]-]* | -* | :* | \[-* | \[\]* | \[*[][]*\]*) _mgr_port='' ;;
    \[*\]:*) _mgr_host=${_mgr_host#\[} _mgr_host=${_mgr_host%\]} ;;
    *:*:* | *[\[\]]*) _mgr_port='' ;;
    *:*) ;;
    *) _mgr_port='' ;;
  esac
  case $_mgr_port in '' | 0* | *[!0-9]* | ??????*) _mgr_port=65536 ;; esac
  [ "$_mgr_port" -le 65535 ] || _mgr_fail 2 "$_mgr_name is not HOST:PORT"
}

_mgr_make_folder() {
  _mgr_where=${TMPDIR:-/dev/shm}  # in memory, where that can be had: secrets pass through
  if [ ! -d "$_mgr_where" ] || [ ! -w "$_mgr_where" ]; then _mgr_where=/tmp; fi
  _mgr_folder=$(mktemp -d "$_mgr_where/mgr.XXXXXX") || _mgr_fail 1 'no temporary folder'
}

_mgr_clean() {
  [ -z "$_mgr_process" ] || kill "$_mgr_process" 2>/dev/null
  [ -z "$_mgr_folder" ] || rm -rf -- "$_mgr_folder"
}

_mgr_ask() {  # line|stream MODULE ACTION name=value…
  _mgr_kind=$1
  shift
  [ $# -ge 2 ] || _mgr_misused 'mgr_call [OPTION…] MODULE ACTION [name=value…]'
  trap _mgr_clean EXIT
  # Each cleans by itself: dash runs one that is due before the first word of EXIT's, and then no more of that.
  trap '_mgr_clean; exit 129' HUP
  trap '_mgr_clean; exit 130' INT
  trap '_mgr_clean; exit 141' PIPE
  trap '_mgr_clean; exit 143' TERM
  _mgr_make_folder
  _mgr_find_key
  _mgr_write_fields "$@"
  [ -n "$_mgr_timeout$_mgr_patient" ] || _mgr_timeout=60
  _mgr_deadline=''
  [ -z "$_mgr_timeout" ] || _mgr_deadline=$(($(date +%s) + _mgr_timeout))
  for _mgr_pause in 0.1 0.3 1 3 0; do
    _mgr_write_request
    _mgr_exchange
    if [ -z "$_mgr_request_id" ] || [ "$_mgr_pause" = 0 ] || ! _mgr_is_passing; then break; fi
    sleep "$_mgr_pause"
    [ -z "$_mgr_deadline" ] || [ "$(date +%s)" -lt "$_mgr_deadline" ] || break
  done
  _mgr_finish
}

# True where mgr was not there, or went away before it answered.
_mgr_is_passing() {
  case $_mgr_answer in
    unavailable | lost) return 0 ;;
    refusal) ;;
    *) return 1 ;;
  esac
  case $_mgr_code:$_mgr_detail in 8:* | 13:*'may have been carried out'*) return 0 ;; esac
  return 1
}

# ---- the request

_mgr_check_value() {  # NAME VALUE
  case $2 in *"$_mgr_line_break"*) _mgr_fail 2 "the value of $1 holds a line break" ;; esac
}

# Writes the fields and the body into files, which are sent as they are, or signed. All that can be
# wrong with them shows here, before a byte is sent.
_mgr_write_fields() {  # MODULE ACTION name=value…
  _mgr_check_value module "$1"
  _mgr_check_value action "$2"
  printf 'module:%s\naction:%s\n' "$1" "$2" >"$_mgr_folder/given"
  shift 2
  for _mgr_word; do
    _mgr_field=${_mgr_word%%=*}
    case $_mgr_word in *=*) ;; *) _mgr_fail 2 "not name=value: $_mgr_word" ;; esac
    case $_mgr_field in '' | *[!A-Za-z0-9_.-]*) _mgr_fail 2 "not a name: $_mgr_field" ;; esac
    _mgr_check_value "$_mgr_field" "${_mgr_word#*=}"
    printf '%s:%s\n' "$_mgr_field" "${_mgr_word#*=}" >>"$_mgr_folder/given"
  done
  printf '%s' "$_mgr_own" >>"$_mgr_folder/given"
  : >"$_mgr_folder/body"
  [ -z "$_mgr_body" ] || _mgr_take_body
  _mgr_wrong=$(od -An -v -tu1 "$_mgr_folder/given" | awk "$_mgr_bytes_awk")
  [ -z "$_mgr_wrong" ] || _mgr_fail 2 'a value holds a control character, or is no UTF-8'
  awk "$_mgr_fields_awk" "$_mgr_folder/given" >"$_mgr_folder/fields" ||
    _mgr_fail 2 "$(tail -n 1 "$_mgr_folder/fields")"
}

_mgr_take_body() {
  if [ "$_mgr_body" = - ]; then
    head -c 1048577 >"$_mgr_folder/body"
  else
    head -c 1048577 <"$_mgr_body" >"$_mgr_folder/body"
  fi 2>/dev/null || _mgr_fail 2 "the body cannot be read: $_mgr_body"
  _mgr_size=$(($(wc -c <"$_mgr_folder/body")))
  [ "$_mgr_size" -le 1048576 ] || _mgr_fail 2 'a body of over 1048576 bytes'
  ! grep -qi '^mgr-body:' "$_mgr_folder/given" || _mgr_fail 2 'the body goes in as --body, which announces itself'
  printf 'mgr-body:%s\n' "$_mgr_size" >>"$_mgr_folder/given"
}

# Prints a word where one of these bytes stands in no value: a control character, U+0080 to U+009F among them
# (194 and 128 to 159), or what is no UTF-8 (RFC 3629).
# shellcheck disable=SC2016 # awk's
_mgr_bytes_awk='
{ for (i = 1; i <= NF; i++) {
    b = $i
    if (left > 0) {
      if (b < low || b > high) { wrong = 1; exit }
      left--; low = 128; high = 191
    } else if (b == 10 || (b >= 32 && b < 127)) {
    } else if (b >= 194 && b <= 244) {
      left = b < 224 ? 1 : b < 240 ? 2 : 3
      low = b == 194 || b == 224 ? 160 : b == 240 ? 144 : 128
      high = b == 237 ? 159 : b == 244 ? 143 : 191
    } else { wrong = 1; exit }
  }
}
END { if (wrong || left > 0) print "wrong" }
'

# The fields as they count: names folded, values without the spaces around them. Fails with what is wrong.
# shellcheck disable=SC2016
_mgr_fields_awk='
function refuse(why) { print why; failed = 1; exit 1 }
{ at = index($0, ":")
  name = tolower(substr($0, 1, at - 1)); value = substr($0, at + 1)
  sub(/^ +/, "", value); sub(/ +$/, "", value)
  if (name !~ /^[a-z][a-z0-9_.-]*$/ || length(name) > 32) refuse("not a name: " name)
  if (NR <= 2 && (value !~ /^[A-Za-z][A-Za-z0-9_.-]*$/ || length(value) > 32)) refuse("not a name: " value)
  if (name == "mgr") refuse("mgr is no field")
  if (name in seen) refuse("the field " name " stands twice")
  if (name == "mgr-request-id" && (value !~ /^[A-Za-z0-9_.:-]+$/ || length(value) > 64))
    refuse("a request id is 1 to 64 of A-Z a-z 0-9 _ . : and -")
  if (length(value) > 4096) refuse("the value of " name " is over 4096 bytes")
  seen[name] = 1
  print name ":" value
}
'

# Writes the file request: signed anew each time where there is a key, under a nonce of its own.
_mgr_write_request() {
  if [ -n "$_mgr_key_id" ]; then _mgr_sign_fields; else cp "$_mgr_folder/fields" "$_mgr_folder/request"; fi
  echo >>"$_mgr_folder/request"
  if [ "$(wc -l <"$_mgr_folder/request")" -gt 65 ] || [ "$(wc -c <"$_mgr_folder/request")" -gt 16384 ]; then
    _mgr_fail 2 'over 64 fields or 16384 bytes'
  fi
  cat "$_mgr_folder/body" >>"$_mgr_folder/request"
}

# ---- keys and signatures

# Sets _mgr_key_id, _mgr_key_type and _mgr_secret, and what is known of the host; _mgr_key_id alone, to
# nothing, where nothing is to be signed.
_mgr_find_key() {
  _mgr_key_id=''
  _mgr_own_folder=''
  case ${XDG_CONFIG_HOME-} in /*) _mgr_own_folder=$XDG_CONFIG_HOME/mgr ;; esac
  case $_mgr_own_folder:${HOME-} in :/*) _mgr_own_folder=$HOME/.config/mgr ;; esac
  [ -n "$_mgr_sign" ] || return 0
  if [ -z "$_mgr_key" ]; then
    if [ -n "${MGR_KEY+set}" ]; then
      _mgr_key=$MGR_KEY
    elif [ -n "$_mgr_own_folder" ] && [ -e "$_mgr_own_folder/key" ]; then
      _mgr_key=$_mgr_own_folder/key
    elif [ "$(id -u)" = 0 ] && [ -e "$_mgr_root/etc/mgr/root.key" ]; then
      _mgr_key=$_mgr_root/etc/mgr/root.key
    fi
  fi
  [ -n "$_mgr_key" ] || return 0
  case $_mgr_key in /*) ;; *) _mgr_key=./$_mgr_key ;; esac
  command -v openssl >/dev/null || _mgr_fail 2 'there is a key to sign with, and no openssl; --no-sign asks without'
  _mgr_read_key
  _mgr_find_host
}

# Succeeds for a regular file and no link, of uid $2 or $3, whose mode matches $4.
_mgr_is_safe() {
  _mgr_file=$1 _mgr_uid=$2 _mgr_other_uid=$3 _mgr_mode=$4
  # shellcheck disable=SC2046 # its words are wanted
  set -- $(ls -ldn "$_mgr_file" 2>/dev/null)
  # shellcheck disable=SC2254 # a pattern
  case ${1-} in $_mgr_mode) ;; *) return 1 ;; esac
  [ "$3" = "$_mgr_uid" ] || [ "$3" = "$_mgr_other_uid" ]
}

_mgr_read_key() {
  _mgr_is_safe "$_mgr_key" "$(id -u)" '' '-???------*' ||
    _mgr_fail 2 "$_mgr_key: is no regular file of the caller's own that others have no rights to"
  {
    IFS= read -r _mgr_id
    IFS= read -r _mgr_key_type
    IFS= read -r _mgr_secret
  } <"$_mgr_key"
  _mgr_key_id=${_mgr_id#id:}
  case $_mgr_id in id:[a-z]*) ;; *) _mgr_key_id='' ;; esac
  case $_mgr_key_id in '' | *[!a-z0-9_.-]*) _mgr_key_type='' ;; esac
  [ ${#_mgr_key_id} -le 32 ] || _mgr_key_type=''
  case $_mgr_key_type in
    type:ed25519) [ "$_mgr_secret" = '-----BEGIN PRIVATE KEY-----' ] || _mgr_fail 2 "$_mgr_key: has no PEM" ;;
    type:hmac-sha256)
      case $_mgr_secret in secret:*) _mgr_secret=${_mgr_secret#secret:} ;; *) _mgr_secret=x ;; esac
      case $_mgr_secret in *[!0-9a-fA-F]*) _mgr_secret='' ;; esac
      if [ ${#_mgr_secret} -lt 64 ] || [ ${#_mgr_secret} -gt 128 ] || [ $((${#_mgr_secret} % 2)) -ne 0 ]; then
        _mgr_fail 2 "$_mgr_key: has no secret:HEX of 32 to 64 bytes"
      fi
      ;;
    *) _mgr_fail 2 "$_mgr_key: a private key begins with the lines id:ID and type:TYPE" ;;
  esac
}

# Sets _mgr_host_id and _mgr_host_key.
_mgr_find_host() {
  _mgr_host_id=''
  for _mgr_known in ${_mgr_own_folder:+"$_mgr_own_folder/known_hosts"} "$_mgr_root/etc/mgr/known_hosts" \
    "$_mgr_root/var/lib/mgr/host/known_host"; do
    if [ -n "$_mgr_host_id" ] || [ ! -e "$_mgr_known" ]; then continue; fi
    case $_mgr_known:$_mgr_name in */known_host:local | */known_hosts:*) ;; *) continue ;; esac
    _mgr_is_safe "$_mgr_known" 0 "$(id -u)" '-????-??-?*' ||
      _mgr_fail 2 "$_mgr_known: is no regular file, or somebody else may write it"
    while read -r _mgr_word _mgr_id _mgr_public _mgr_rest || [ -n "$_mgr_word" ]; do
      case $_mgr_word in '' | '#'*) continue ;; esac
      _mgr_is_host "$_mgr_id" "$_mgr_public" "$_mgr_rest" || _mgr_fail 2 "$_mgr_known: not NAME HOSTID ed25519:BASE64"
      [ "$_mgr_word" = "$_mgr_name" ] || continue
      [ -z "$_mgr_host_id" ] || _mgr_fail 2 "$_mgr_known: $_mgr_name stands there twice"
      _mgr_host_id=$_mgr_id _mgr_host_key=${_mgr_public#ed25519:}
    done <"$_mgr_known"
  done
  [ -n "$_mgr_host_id" ] || _mgr_fail 2 "$_mgr_name is no known host; --no-sign asks without a signature"
}

_mgr_is_host() {  # HOSTID ed25519:BASE64 ''
  _mgr_base64=${2#ed25519:}
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  case $_mgr_base64 in
    *[!A-Za-z0-9+/]*=* | *[!A-Za-z0-9+/=]* | *[!AEIMQUYcgkosw048]=) return 1 ;;
    *=) ;;
    *) return 1 ;;
  esac
  [ ${#1} -eq 32 ] && [ ${#_mgr_base64} -eq 44 ] && [ "$2" != "$_mgr_base64" ] && [ -z "$3" ]
}

_mgr_sign_fields() {
  ! grep -q '^auth-' "$_mgr_folder/fields" || _mgr_fail 2 'auth-… are the fields of who signs, which are put in here'
  _mgr_nonce=$(od -An -v -N16 -tx1 /dev/urandom | tr -d ' \n')
  {
    # A bare signature is the constant of the original's clients, and makes room for a real one.
    grep -v '^signature:' "$_mgr_folder/fields"
    printf 'auth-key:%s\nauth-to:%s\nauth-time:%s\nauth-nonce:%s\n' "$_mgr_key_id" "$_mgr_host_id" "$(date +%s)" \
      "$_mgr_nonce"
    ! grep -q '^mgr-body:' "$_mgr_folder/fields" || printf 'auth-body:%s\n' "$(_mgr_hash <"$_mgr_folder/body")"
  } >"$_mgr_folder/request"
  { echo mgr-request-v1 && sort "$_mgr_folder/request"; } >"$_mgr_folder/text"
  if [ "$_mgr_key_type" = type:ed25519 ]; then
    openssl pkeyutl -sign -rawin -inkey "$_mgr_key" -in "$_mgr_folder/text" >"$_mgr_folder/signature" 2>/dev/null ||
      _mgr_fail 2 "$_mgr_key: openssl cannot sign with it"
  else
    _mgr_hmac <"$_mgr_folder/text" >"$_mgr_folder/signature"
  fi
  printf 'signature:%s\n' "$(openssl base64 -A <"$_mgr_folder/signature")" >>"$_mgr_folder/request"
}

_mgr_hash() {
  openssl dgst -sha256 -r | cut -d ' ' -f 1
}

# RFC 2104, of two hashes: openssl takes an HMAC's key from its command line alone, where anybody can read it.
_mgr_hmac() {
  { _mgr_pad 0x5c && { _mgr_pad 0x36 && cat; } | openssl dgst -sha256 -binary; } | openssl dgst -sha256 -binary
}

_mgr_pad() {  # BYTE: the secret in a block of 64 bytes, each of them xor BYTE
  _mgr_left=$_mgr_secret _mgr_bytes='' _mgr_count=0
  while [ "$_mgr_count" -lt 64 ]; do
    _mgr_rest=${_mgr_left#??}
    _mgr_byte=${_mgr_left%"$_mgr_rest"}
    _mgr_bytes="$_mgr_bytes\\0$(printf '%03o' $((0x${_mgr_byte:-0} ^ $1)))"
    _mgr_left=$_mgr_rest _mgr_count=$((_mgr_count + 1))
  done
  printf '%b' "$_mgr_bytes"
}

# Whether file $1 is what the host signed for this request; the signature in base64 is $2.
_mgr_is_signed() {
  printf '%s' "$2" | openssl base64 -d -A >"$_mgr_folder/signature" 2>/dev/null
  [ "$(openssl base64 -A <"$_mgr_folder/signature")" = "$2" ] || return 1
  printf -- '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA%s\n-----END PUBLIC KEY-----\n' "$_mgr_host_key" \
    >"$_mgr_folder/host.pem"
  { printf 'mgr-reply-v1\n%s\n%s\n' "$_mgr_key_id" "$_mgr_nonce" && cat "$1"; } >"$_mgr_folder/text"
  openssl pkeyutl -verify -rawin -pubin -inkey "$_mgr_folder/host.pem" -sigfile "$_mgr_folder/signature" \
    -in "$_mgr_folder/text" >/dev/null 2>&1
}

# ---- the connection

# Copies standard input to the daemon and its answer to standard output, as this process. $1: for how many
# seconds one side may go on when the other has ended.
_mgr_transport() {
  _mgr_find_tool
  set -- "$1" "${_mgr_socket:-$_mgr_host}" "${_mgr_port-}"
  case $_mgr_tool:$_mgr_name in
    nc:local) exec nc -N -U "$2" ;;
    # OpenBSD's says only with -v why it cannot connect.
    nc:*) exec nc ${_mgr_is_openbsd:+-v} "$2" "$3" ;;
    ncat:local) exec ncat -U "$2" ;;
    ncat:*) exec ncat "$2" "$3" ;;
    socat:local)
      case $2 in *[!A-Za-z0-9/._-]*) _mgr_fail 127 "socat takes no such path: $2" ;; esac
      exec socat -t "$1" - "UNIX-CONNECT:$2"
      ;;
    socat:*) case $2 in *:*) set -- "$1" "[$2]" "$3" ;; esac && exec socat -t "$1" - "TCP:$2:$3" ;;
    perl:local) exec perl -e "$_mgr_perl" "$2" ;;
    perl:*) exec perl -e "$_mgr_perl" "$2" "$3" ;;
    bash:local | none:*) _mgr_fail 127 'there is none of nc (OpenBSD), ncat, socat and perl' ;;
    bash:*) _mgr_talk "$2" "$3" ;;
    *) _mgr_fail 127 "MGR_TRANSPORT is none of nc, ncat, socat, perl and bash: $_mgr_tool" ;;
  esac
}

_mgr_find_tool() {
  _mgr_tool=${MGR_TRANSPORT:-nc} _mgr_is_openbsd=''
  [ "$_mgr_tool" = nc ] || return 0
  if command -v nc >/dev/null; then
    case $_mgr_name:$(nc -h </dev/null 2>&1) in
      *'OpenBSD netcat'*) _mgr_is_openbsd=yes && return ;;
      *Ncat*) _mgr_tool=ncat && return ;;
      local:*) ;;
      *) return ;;
    esac
  fi
  for _mgr_tool in ncat socat perl; do
    ! command -v "$_mgr_tool" >/dev/null || return 0
  done
  _mgr_tool=none
  [ -z "${BASH_VERSION-}" ] || _mgr_tool=bash
}

_mgr_talk() {  # HOST PORT: bash's own TCP
  # shellcheck disable=SC3025 # asked for where bash is
  exec 3<>"/dev/tcp/$1/$2" 4<&0
  cat <&4 >&3 &
  _mgr_sender=$!
  cat <&3 4<&- &
  trap 'kill "$_mgr_sender" $! 2>/dev/null' EXIT
  trap 'exit 143' TERM
  wait $!
}

# shellcheck disable=SC2016 # perl's
_mgr_perl='
use strict; use IO::Select; use IO::Socket::IP; use IO::Socket::UNIX;
my $peer = @ARGV == 1 ? IO::Socket::UNIX->new(Peer => $ARGV[0])
                      : IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1]);
$peer or die "connect: $!\n";
my $from = IO::Select->new(\*STDIN, $peer);
while (my @ready = $from->can_read) {
  for my $in (@ready) {
    my $got = sysread($in, my $data, 65536);
    if (!$got) { exit 0 if $in == $peer; $from->remove($in); shutdown($peer, 1); next }
    my $out = $in == $peer ? \*STDOUT : $peer;
    while (length $data) { my $put = syswrite($out, $data) or exit 1; substr($data, 0, $put, "") }
  }
}'

_mgr_make_pipes() {
  _mgr_make_folder
  mkfifo "$_mgr_folder/in" "$_mgr_folder/out" || _mgr_fail 1 'no named pipes'
  printf '%s' "$_mgr_name:$_mgr_socket$_mgr_root" >"$_mgr_folder/address"
  printf '%s\n' "$_mgr_folder"
}

# The first request of a kept connection, since one that asks nothing at first is closed.
_mgr_greet() {
  trap _mgr_clean EXIT
  _mgr_make_folder
  _mgr_key_id=''
  printf 'mgr:keep-alive\nmodule:mgr\naction:ping\n\n' >"$_mgr_folder/request"
  date +%s >"$_mgr_kept/used"
  _mgr_kind=line _mgr_deadline=$(($(date +%s) + ${_mgr_timeout:-60}))
  _mgr_exchange
  case $_mgr_answer in
    success) return 0 ;;
    refusal) case $_mgr_code in 7 | 8 | 13) ;; *) return 0 ;; esac ;;
  esac
  _mgr_finish >/dev/null
}

# Whether there is a kept connection to there that can be asked over.
_mgr_is_kept() {
  [ "$_mgr_kind:${_mgr_kept:+kept}" = line:kept ] || return 1
  [ -e "$_mgr_kept/used" ] && [ ! -e "$_mgr_kept/over" ] || return 1
  [ "$(cat "$_mgr_kept/address")" = "$_mgr_name:$_mgr_socket$_mgr_root" ] || return 1
  [ $(($(date +%s) - $(cat "$_mgr_kept/used"))) -lt 50 ]
}

# Sends the request and judges what comes. Sets _mgr_answer: success or refusal; unavailable, where nothing was
# sent; lost, late or bad, where the request may have been carried out, and _mgr_why.
_mgr_exchange() {
  : >"$_mgr_folder/gathered"
  : >"$_mgr_folder/errors"
  if _mgr_is_kept && (trap '' PIPE && _mgr_timed cat "$_mgr_folder/request" >&8) 2>/dev/null; then
    : >"$_mgr_kept/over"
    _mgr_errors=$_mgr_kept/errors
    _mgr_read_answer
    case $_mgr_answer:$_mgr_code in
      success:* | refusal:[!5]) [ -s "$_mgr_folder/body" ] || rm "$_mgr_kept/over" ;;
    esac
    date +%s >"$_mgr_kept/used"
    return
  fi
  _mgr_errors=$_mgr_folder/errors
  rm -f "$_mgr_folder/out"
  mkfifo "$_mgr_folder/out" || _mgr_fail 1 'no named pipes'
  (_mgr_transport 86400) <"$_mgr_folder/request" >"$_mgr_folder/out" 2>"$_mgr_folder/errors" 8>&- 9<&- &
  _mgr_process=$!
  exec 9<"$_mgr_folder/out"
  _mgr_read_answer
  exec 9<&-
  kill "$_mgr_process" 2>/dev/null
  wait "$_mgr_process" 2>/dev/null
  _mgr_process=''
}

# Runs a command for no longer than is left.
_mgr_timed() {
  if [ -z "$_mgr_deadline" ]; then
    "$@"
    return
  fi
  _mgr_left=$((_mgr_deadline - $(date +%s)))
  [ "$_mgr_left" -gt 0 ] || return 124
  # In the foreground, where the keyboard's interrupt reaches it; busybox's is always there.
  if [ -z "$_mgr_timeout_has" ]; then
    _mgr_timeout_has=nothing
    ! timeout --foreground 1 true 2>/dev/null || _mgr_timeout_has=foreground
  fi
  if [ "$_mgr_timeout_has" = foreground ]; then set -- --foreground "$_mgr_left" "$@"; else set -- "$_mgr_left" "$@"; fi
  timeout "$@"
}

_mgr_read_answer() {
  _mgr_code=''
  while _mgr_read_line; do
    _mgr_judge
    [ "$_mgr_answer" = more ] || return 0
    if [ "$_mgr_kind" = line ]; then
      _mgr_answer=bad _mgr_why='this action answers with a stream: use mgr_stream'
      return 0
    fi
    cat "$_mgr_folder/line" || exit 141
    _mgr_deadline=''
  done
}

# Puts the next line of the answer into the file line.
_mgr_read_line() {
  until [ "$(wc -l <"$_mgr_folder/gathered")" -gt 0 ]; do
    _mgr_size=$(($(wc -c <"$_mgr_folder/gathered")))
    if [ "$_mgr_size" -gt 4194304 ]; then
      _mgr_answer=bad _mgr_why='a line over 4 MiB'
      return 1
    fi
    _mgr_timed dd bs=65536 count=1 <&9 >>"$_mgr_folder/gathered" 2>/dev/null
    case $? in
      124 | 143)
        _mgr_answer=late _mgr_why='none within the time limit'
        return 1
        ;;
      130) exit 130 ;;
    esac
    if [ "$(wc -c <"$_mgr_folder/gathered")" -eq "$_mgr_size" ]; then
      _mgr_hung_up
      return 1
    fi
  done
  head -n 1 "$_mgr_folder/gathered" >"$_mgr_folder/line"
  _mgr_size=$(($(wc -c <"$_mgr_folder/line")))
  tail -c "+$((_mgr_size + 1))" "$_mgr_folder/gathered" >"$_mgr_folder/rest"
  mv -f "$_mgr_folder/rest" "$_mgr_folder/gathered"
}

_mgr_hung_up() {
  _mgr_answer=lost _mgr_why='the connection ended without a reply'
  _mgr_error=$(tail -n 1 "$_mgr_errors")
  _mgr_said=$_mgr_error
  # Without the path, whose words are somebody else's.
  case $_mgr_error in mgr:*) ;; *) [ -z "$_mgr_socket" ] || _mgr_said=${_mgr_error#*"$_mgr_socket"} ;; esac
  case $_mgr_said in
    *reset* | *pipe*) _mgr_why=$_mgr_error ;;
    *refused* | *failed* | *'No such file'* | *enied* | *nreachable* | *resolv* | *'not known'* | *connect* | mgr:*)
      _mgr_answer=unavailable _mgr_why="cannot connect to $_mgr_name: ${_mgr_error#mgr: }"
      ;;
  esac
}

# ---- the reply

_mgr_judge() {
  _mgr_is_proven=''
  if ! _mgr_read_facts "$_mgr_folder/line"; then
    _mgr_answer=bad _mgr_why='the reply is none: one object of JSON in ASCII, with success and, of a refusal, err_code'
  elif [ -n "$_mgr_key_id" ] && ! _mgr_prove; then
    _mgr_answer=bad _mgr_why='unproven reply: the host has not signed it'
  fi
}

# What a line says that a shell wants to know of it. Fails where it is no reply.
_mgr_read_facts() {  # FILE
  _mgr_success='' _mgr_more='' _mgr_code='' _mgr_error='' _mgr_detail='' _mgr_audit='' _mgr_members=''
  _mgr_command='' _mgr_exit='' _mgr_jobs='' _mgr_whole=''
  [ "$(tr -d ' -~\n' <"$1" | wc -c)" -eq 0 ] || return 1
  awk "$_mgr_json_awk" "$1" >"$_mgr_folder/facts"
  while read -r _mgr_fact _mgr_value; do
    case $_mgr_fact in
      .success) _mgr_success=$_mgr_value ;;
      .more) _mgr_more=$_mgr_value ;;
      .msg.err_code) _mgr_code=$_mgr_value ;;
      .error) _mgr_error=$_mgr_value ;;
      .detail) _mgr_detail=$_mgr_value ;;
      .audit) _mgr_audit=$_mgr_value ;;
      .data.job) _mgr_command=$_mgr_value ;;
      .data.exit) _mgr_exit=$_mgr_value ;;
      job) _mgr_jobs="$_mgr_jobs $_mgr_value" ;;
      member) _mgr_members="$_mgr_members $_mgr_value" ;;
      whole) _mgr_whole=yes ;;
    esac
  done <"$_mgr_folder/facts"
  case $_mgr_whole:$_mgr_success:$_mgr_more:${_mgr_code:+code} in
    yes:true:true:*) _mgr_answer='more' ;;
    yes:true:*) _mgr_answer=success ;;
    yes:false:*:code) _mgr_answer=refusal ;;
    *) return 1 ;;
  esac
  case $_mgr_code in *[!0-9]*) return 1 ;; esac
}

# Reads one JSON object (RFC 8259) and prints members that are wanted, what its own are called, what became of its
# jobs, and at its end "whole". A record is what stands between two quotes.
# shellcheck disable=SC2016
_mgr_json_awk='
BEGIN { RS = "\""; expect = "value"; numeric = "^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?$"
  bare[".success"]; bare[".more"]; bare[".msg.err_code"]; bare[".audit"]; bare[".data.job"]
  texts[".error"]; texts[".detail"] }
function refuse() { failed = 1; exit }
function here() { return kind[depth] == "{" ? prefix[depth] "." key[depth] : prefix[depth] "[]" }
function opened(which) {
  if (expect != "value" && expect != "first" || depth > 99 || depth == 0 && which != "{") refuse()
  place = depth ? here() : ""
  kind[++depth] = which; prefix[depth] = place
  expect = which == "{" ? "name or end" : "first"
  if (place == ".data.jobs[]") { state = "none"; status = "none" }
}
function closed(which, instead) {
  if (depth == 0 || kind[depth] != which || expect != "more" && expect != instead) refuse()
  if (prefix[depth] == ".data.jobs[]" && which == "{") print "job", state, status
  depth--; expect = depth ? "more" : "end"
}
function value(text, is_string) {
  if (depth == 0 || expect != "value" && expect != "first") refuse()
  place = here(); expect = "more"
  if (is_string ? place in texts : place in bare && text ~ /^([0-9]+|true|false)$/) print place, text
  if (is_string && place == ".data.jobs[].state" && text ~ /^[a-z-]+$/) state = text
  if (is_string || text !~ /^[0-9]+$/) return
  exit_status = length(text) > 3 || text + 0 > 123 ? 123 : text
  if (place == ".data.exit") print place, exit_status
  if (place == ".data.jobs[].exit_status") status = exit_status
}
function named(text) {
  if (depth <= 2 && (text ~ /\\/ || (prefix[depth] "." text) in seen)) refuse()
  if (depth <= 2) seen[prefix[depth] "." text] = 1
  if (depth == 1 && text ~ /^[a-z_0-9]+$/) print "member", text
  key[depth] = text; expect = "colon"
}
function between(text, count, i, word, token) {
  gsub(/\n/, " ", text); gsub(/[][{}:,]/, " & ", text)
  count = split(text, token, " ")
  for (i = 1; i <= count; i++) {
    word = token[i]
    if (word == "{" || word == "[") opened(word)
    else if (word == "}") closed("{", "name or end")
    else if (word == "]") closed("[", "first")
    else if (word == ":") { if (expect != "colon") refuse(); expect = "value" }
    else if (word == ",") { if (expect != "more") refuse(); expect = kind[depth] == "{" ? "name" : "value" }
    else if (word == "true" || word == "false" || word == "null" || word ~ numeric) value(word, 0)
    else refuse()
  }
}
# Of a string: each backslash stands before what it may, the last one perhaps before the quote.
function piece(text) {
  gsub(/\\\\/, "", text); gsub(/\\[\/bfnrt]/, "", text)
  gsub(/\\u[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]/, "", text)
  sub(/\n$/, " ", text)
  is_escaped = sub(/\\$/, "", text)
  if (text ~ /\\/) refuse()
}
NR == 1 { between($0); next }
!inside {
  inside = 1; is_name = expect == "name" || expect == "name or end"
  if (!is_name && expect != "value" && expect != "first") refuse()
  content = $0; piece($0); next
}
is_escaped { if (length(content) < 2048) content = content "\"" $0; piece($0); next }
{ inside = 0
  if (is_name) named(length(content) < 2048 ? content : "?"); else value(content, 1)
  between($0) }
END { if (!failed && !inside && expect == "end") print "whole" }
'

# Succeeds where the host has signed what the line says, and where nothing had to be signed. Of what is signed
# the facts are taken, and from the broker nothing but what a command printed.
_mgr_prove() {
  _mgr_signature=$(tail -c 160 "$_mgr_folder/line" | sed -n 's/^.*,"signature":"\([^"\\]*\)"}$/\1/p')
  if [ -z "$_mgr_signature" ]; then
    [ "$_mgr_answer" != success ]
    return
  fi
  _mgr_size=$(($(wc -c <"$_mgr_folder/line") - 17 - ${#_mgr_signature}))
  _mgr_length=$(tail -c 160 "$_mgr_folder/line" |
    sed -n 's/^.*,"signed":\([1-9][0-9]\{0,8\}\),"signature":"[^"\\]*"}$/\1/p')
  if [ -z "$_mgr_length" ]; then
    { head -c "$_mgr_size" "$_mgr_folder/line" && echo '}'; } >"$_mgr_folder/said"
  else
    _mgr_size=$((_mgr_size - 10 - ${#_mgr_length} - _mgr_length))
    [ "$_mgr_size" -gt 0 ] || return 1
    {
      printf '{"success":true'
      tail -c "+$((_mgr_length + 1))" "$_mgr_folder/line" | head -c "$_mgr_size" && echo
    } >"$_mgr_folder/said"
    _mgr_read_facts "$_mgr_folder/said" || return 1
    for _mgr_word in $_mgr_members; do
      case $_mgr_word in
        success | stdout | stderr | stdout_base64 | stderr_base64 | output | left_out) ;;
        *) return 1 ;;
      esac
    done
    { head -c "$_mgr_length" "$_mgr_folder/line" && echo '}}'; } >"$_mgr_folder/said"
  fi
  _mgr_is_signed "$_mgr_folder/said" "$_mgr_signature" && _mgr_read_facts "$_mgr_folder/said" && _mgr_is_proven=yes
}

# Prints the reply, and ends the call with its status.
_mgr_finish() {
  case $_mgr_answer in
    success | refusal) cat "$_mgr_folder/line" || exit 141 ;;
    unavailable) _mgr_fail 127 "unavailable: $_mgr_why" ;;
    *)
      _mgr_say "no answer: $_mgr_why; it may have been carried out"
      case $_mgr_rule:$_mgr_answer in jobs:late) exit 124 ;; jobs:bad) exit 125 ;; *) exit 127 ;; esac
      ;;
  esac
  if [ "$_mgr_answer" = refusal ]; then
    _mgr_say "$_mgr_error: $(printf '%s' "$_mgr_detail" | sed 's/\\"/"/g')${_mgr_audit:+ (audit $_mgr_audit)}"
    [ -z "$_mgr_key_id" ] || [ -n "$_mgr_is_proven" ] ||
      _mgr_say 'the host did not sign this refusal, so it proves nothing'
  fi
  _mgr_exit_status
  exit "$_mgr_status"
}

_mgr_exit_status() {
  case $_mgr_answer:$_mgr_code in
    success:*) _mgr_status=0 ;;
    *:1 | *:5 | *:6 | *:10) _mgr_status=2 ;;
    *:3 | *:4 | *:9) _mgr_status=126 ;;
    *:7 | *:8) _mgr_status=127 ;;
    *) _mgr_status=1 ;;
  esac
  if [ -n "$_mgr_command" ]; then  # the answer is what a command printed
    case $_mgr_answer:$_mgr_code:$_mgr_exit in
      refusal:13:*) _mgr_status=124 ;;
      refusal:*:0 | *:) _mgr_status=125 ;;
      *) _mgr_status=$_mgr_exit ;;
    esac
  elif [ "$_mgr_rule" = jobs ]; then
    case $_mgr_answer:$_mgr_code:$_mgr_status in
      refusal:13:*) _mgr_status=124 ;;
      refusal:*:[12]) _mgr_status=125 ;;
    esac
    _mgr_highest_status
  fi
}

# The highest of what the jobs' own statuses are: pairs of state and exit status.
_mgr_highest_status() {
  # shellcheck disable=SC2086 # words of letters and digits
  set -- $_mgr_jobs
  while [ $# -ge 2 ]; do
    case $1:$2 in
      timed-out:*) _mgr_one=124 ;;
      succeeded:none) _mgr_one=0 ;;
      succeeded:* | failed:[0-9]*) _mgr_one=$2 ;;
      *) _mgr_one=125 ;;
    esac
    [ "$_mgr_one" -le "$_mgr_status" ] || _mgr_status=$_mgr_one
    shift 2
  done
}
