/** The shells that there is completion for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/*
 * The scripts only ask: `almanac complete -- WORD…` prints what could stand in the place of the last word, one a
 * line, so that all shells know the same.
 */

const BASH = `_almanac() {
  local IFS=$'\\n'
  COMPREPLY=($(almanac complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _almanac almanac
`;

const ZSH = `_almanac() {
  local -a found
  local line
  while IFS= read -r line; do
    found+=("\${line%%$'\\t'*}")
  done < <(almanac complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then compadd -a found; else _files; fi
}
compdef _almanac almanac
`;

const FISH = `function __almanac_complete
  set -l words (commandline -opc) (commandline -ct)
  almanac complete -- $words[2..-1] 2>/dev/null
end
complete -c almanac -a '(__almanac_complete)'
`;

const SCRIPTS: Record<Shell, string> = { bash: BASH, zsh: ZSH, fish: FISH };

/** The script of a shell, to be evaluated by it. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
