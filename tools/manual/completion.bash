# Completion for bash: commands, options and models, as the programs themselves list them; and files.
_mambattention() {
    local program=$1 word=$2 before=$3 help words=
    COMPREPLY=()
    help=$("$program" --help 2>/dev/null) || return
    if [[ $help == *Commands:* ]]; then
        if [ "$COMP_CWORD" -eq 1 ]; then
            words=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$help")
        else
            help=$("$program" "${COMP_WORDS[1]}" --help 2>/dev/null) || return
        fi
    fi
    if [ "$before" = --model ]; then
        words=$("$program" info 2>/dev/null | sed -n '/^models:/,/^[^ ]*:.*built in/s/^  \([a-zA-Z0-9_-]*\) .*bytes.*/\1/p')
    elif [[ $word == -* ]]; then
        words=$(sed -n 's/^  \(-[a-zA-Z], \)\{0,1\}\(--*[a-z][a-z-]*\).*/\2/p' <<<"$help")
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
# Where nothing of this fits, a file does.
complete -o default -F _mambattention mambattention mambac
