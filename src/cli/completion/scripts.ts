import { inShell } from '../copy/relocate.js';

/**
 * Scripts that make shells complete `ldm`, `run`, and both behind `npx`. Each only hands the words of the line to the
 * program, which knows what fits; so they stay as they are when a verb or an option is added. Written here because of what
 * @bomb.sh/tab, the one maintained package for this, does in bash: it evaluates the words of the unfinished line, so
 * that a `$(command)` in them runs, and cannot complete behind a `=`.
 */
const scripts = { bash, zsh, fish } as const;

export type Shell = keyof typeof scripts;

export const shells: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** @param program what to call: Node and the path of ldm.mjs, so that it works wherever the shell stands */
export function completionScript(shell: Shell, program: readonly string[]): string {
  return scripts[shell](program.map(inShell).join(' '));
}

function bash(program: string): string {
  return `# Completion of ldm and run for bash. To have it in every shell, in ~/.bashrc: source <(npx ldm completion bash)
_ldm_complete() {
  local rest=\${COMP_LINE:0:COMP_POINT} words=() i part
  # Bash has cut the words at = and : too. Those with no space between them on the line are put together again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if [[ $i == 0 || $rest == [[:space:]]* ]]; then
      rest=\${rest#"\${rest%%[![:space:]]*}"}
      words+=('')
    fi
    part=\${COMP_WORDS[i]}
    [[ $i == "$COMP_CWORD" ]] && part=$rest
    words[\${#words[@]} - 1]+=$part
    rest=\${rest#"$part"}
  done

  # What is replaced on the line begins behind the last of them, unless the word is quoted.
  local begun=\${words[\${#words[@]} - 1]} head=''
  if [[ $begun != [\\"\\']* ]]; then
    [[ $COMP_WORDBREAKS == *:* ]] && head=\${begun%"\${begun##*:}"}
    [[ $COMP_WORDBREAKS == *=* ]] && part=\${begun%"\${begun##*=}"} && ((\${#part} > \${#head})) && head=$part
  fi

  local reply
  COMPREPLY=()
  while IFS= read -r reply; do
    reply=\${reply%%$'\\t'*}
    reply=\${reply#"$head"}
    [[ $begun != [\\"\\']* && $reply == *[!A-Za-z0-9_@%+=:,./~-]* ]] && printf -v reply %q "$reply"
    COMPREPLY+=("$reply")
  done < <(${program} complete -- "\${words[@]}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *[=./] ]] && type compopt &>/dev/null; then
    compopt -o nospace
  fi
}
complete -F _ldm_complete ldm
complete -p run &>/dev/null || complete -F _ldm_complete run
complete -p npx &>/dev/null || complete -o default -F _ldm_complete npx
`;
}

function zsh(program: string): string {
  return `#compdef ldm run
# Completion of ldm and run for zsh. To have it in every shell, in ~/.zshrc: source <(npx ldm completion zsh)
_ldm() {
  local line value
  local -a more done
  for line in "\${(@f)$(${program} complete -- "\${(@)words[1,CURRENT-1]}" "$PREFIX" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    value=\${line%%$'\\t'*}
    # Behind the colon stands what is shown beside the value.
    [[ $line == *$'\\t'* ]] && line="\${value//:/\\\\:}:\${line#*$'\\t'}" || line=\${value//:/\\\\:}
    if [[ $value == *[=./] ]]; then more+=("$line"); else done+=("$line"); fi
  done
  local found=1
  if (( $#more )); then _describe ldm more -S '' && found=0; fi
  if (( $#done )); then _describe ldm done && found=0; fi
  return found
}
if [[ $funcstack[1] == _ldm ]]; then
  _ldm "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _ldm ldm
  (( $+_comps[run] )) || compdef _ldm run
  (( $+_comps[npx] )) || compdef _ldm npx
fi
`;
}

function fish(program: string): string {
  return `# Completion of ldm and run for fish. To have it in every shell: npx ldm completion fish > ~/.config/fish/completions/ldm.fish
function __ldm_complete
    set -l before (commandline -opc)
    set -l begun (commandline -ct)
    ${program} complete -- $before "$begun" 2>/dev/null
end
function __ldm_behind_npx
    string match -qr '^npx\\s+(-\\S+\\s+)*(ldm|run)\\s' -- (commandline -cp)
end
complete -c ldm -f -a '(__ldm_complete)'
complete -c run -f -a '(__ldm_complete)'
complete -c npx -f -n __ldm_behind_npx -a '(__ldm_complete)'
`;
}
