#!/usr/bin/env bash
# Runs `ocibuild build` for the action. The inputs come in the environment, so that none of them is ever read as shell;
# COMPONENTS and ARGUMENTS are words, and only the latter may be options; PLATFORMS and TAGS are separated by commas or
# white space.
set -euo pipefail
arguments=()

# words TEXT: one word a line, separated by white space, and by commas too with a second argument.
words() { tr -s "[:space:]${2:-}" '\n' <<<"$1" | sed '/^$/d'; }

mapfile -t components < <(words "${COMPONENTS:-}")
mapfile -t platforms < <(words "${PLATFORMS:-}" ,)
mapfile -t tags < <(words "${TAGS:-}" ,)
mapfile -t more < <(words "${ARGUMENTS:-}")

if [ ${#platforms[@]} -gt 0 ]; then arguments+=(--platform "$(IFS=, && echo "${platforms[*]}")"); fi
if [ -n "${REGISTRY:-}" ]; then arguments+=(--registry "$REGISTRY"); fi
if [ -n "${TAGS_FROM:-}" ]; then arguments+=(--tags-from "$TAGS_FROM"); fi
for tag in "${tags[@]}"; do arguments+=(--tag "$tag"); done
case ${PUSH:-false} in
  true) arguments+=(--push) ;;
  false) ;;
  *)
    echo "::error title=ocibuild cannot build::push must be true or false"
    exit 3
    ;;
esac

digests_file=$(mktemp -d "$RUNNER_TEMP/ocibuild-XXXXXX")/docker-image-digests.json
"${OCIBUILD:-ocibuild}" build --digests "$digests_file" "${arguments[@]}" "${more[@]}" -- "${components[@]}"
echo "digests-file=$digests_file" >>"$GITHUB_OUTPUT"
