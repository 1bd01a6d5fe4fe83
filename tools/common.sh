# For bash scripts of this project to source: packages, builds, the private PostgreSQL. Expects `top`, the project's folder.

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit "${2:-1}"
}

# The packages of packages/debian.txt under a heading ("# tests: ..."); before the first such heading it is `needed`.
packages_of() {
  awk -v wanted="$1" '
    BEGIN { section = "needed" }
    /^# [a-z]+:/ { section = substr($2, 1, length($2) - 1) }
    !/^#/ && NF && section == wanted { print $1 }' "$top/packages/debian.txt"
}

# A program of the package's name from elsewhere serves as well: Node.js's own packages bring an npm that conflicts with Debian's.
missing_of() {
  local package
  for package in $(packages_of "$1"); do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || command -v "$package" >/dev/null ||
      printf '%s\n' "$package"
  done
}

# install_packages SECTION: what is missing of it, as root or with sudo. Returns 1 when that does not succeed.
install_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_of "$1")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || {
      printf 'Packages are missing, and neither root nor sudo is at hand. As root:\n  apt-get install --no-install-recommends %s\n' \
        "${missing[*]}" >&2
      return 1
    }
    as_root=(sudo)
  fi
  say "Installing Debian packages (some minutes the first time): ${missing[*]}"
  local log
  log=$(mktemp)
  if ! {
    "${as_root[@]}" apt-get update -q &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
  } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# configure FOLDER CMAKE_OPTIONS...
configure() {
  local into=$1
  shift
  mkdir -p "$into"
  cmake -S "$top" -B "$into" -G Ninja "$@" >"$into/configure.log" 2>&1 || {
    tail -n 30 "$into/configure.log" >&2
    return 1
  }
}

# build FOLDER [TARGETS...]: the compiler's words only when it fails, or at a terminal.
build() {
  local into=$1
  shift
  if [[ -t 1 ]]; then
    ninja -C "$into" "$@"
  else
    ninja -C "$into" "$@" >"$into/build.log" 2>&1 || {
      grep -E -A 12 'error|FAILED' "$into/build.log" | head -n 80 >&2
      return 1
    }
  fi
}

# A value of a libpq keyword string, quoted.
keyword_value() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\\\'}"
}

# url_with URL NAME=VALUE...: the URL or keyword string with these parameters; of one given twice libpq takes the last. A value
# consists of letters, digits, _ and -.
url_with() {
  local url=$1 parameter
  shift
  for parameter; do
    case $url in
      *://*\?*) url+="&$parameter" ;;
      *://*) url+="?$parameter" ;;
      *) url+=" $parameter" ;;
    esac
  done
  printf '%s\n' "$url"
}
