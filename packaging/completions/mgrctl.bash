# shellcheck shell=bash
# Completion of mgrctl for bash 4.4 or later, with bash-completion or without it:
#   . /usr/share/bash-completion/completions/mgrctl
#
# `mgrctl complete` takes the line apart and says what may follow. What it says may come from whoever took mgr's broker
# over: it is read line by line, quoted, and never expanded.

_mgrctl() {
  local kind rest
  COMPREPLY=()
  {
    IFS= read -r kind || return 0
    while IFS= read -r rest; do
      [[ -z $rest ]] || printf -v rest %q "$rest"
      COMPREPLY+=("$2$rest")
    done
  } < <(command mgrctl complete --shell bash -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  compopt -o nosort
  # Behind name=, a folder and the like the word goes on.
  [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[=/] ]] || compopt -o nospace
  case $kind in
    files) compopt -o default ;;
    folders) compopt -o dirnames ;;
  esac
}

complete -F _mgrctl mgrctl
