/** A small instance without fault; each line replaces the one with the same first word, or comes at the end. */
export function instance(...lines: readonly string[]): string {
  return instanceCalled("web", lines);
}

/** As `instance`, with a name of its own. */
export function instanceCalled(name: string, lines: readonly string[]): string {
  const usual = [
    "interface eth0",
    "virtual_router_id 51",
    "priority 100",
    "virtual_ipaddress {\n        192.0.2.10/24\n    }",
  ];
  return `vrrp_instance ${name} {\n${written(replaceLines(usual, lines))}}\n`;
}

/** A small service without fault; lines as for `instance`, and any `real_server` line replaces all real servers. */
export function service(...lines: readonly string[]): string {
  return serviceOf("192.0.2.10 80", lines);
}

/** As `service`, for an address and port of its own. */
export function serviceOf(target: string, lines: readonly string[]): string {
  const usual = ["delay_loop 10", "lb_algo wrr", "lb_kind NAT", "protocol TCP"];
  const own = lines.some((line) => line.startsWith("real_server"));
  const servers = own ? [] : [realServer("10.0.0.11 80"), realServer("10.0.0.12 80")];
  return `virtual_server ${target} {\n${written([...replaceLines(usual, lines), ...servers])}}\n`;
}

/** A real server with a TCP check, and lines of its own. */
export function realServer(target: string, ...lines: readonly string[]): string {
  const checked = lines.some((line) => /^[A-Z]+_(CHECK|GET)/.test(line));
  const all = checked ? lines : [...lines, "TCP_CHECK {\n            connect_timeout 3\n        }"];
  return `real_server ${target} {\n${all.map((line) => `        ${line}\n`).join("")}    }`;
}

/** A tracked script without fault, with lines that replace its own. */
export function script(...lines: readonly string[]): string {
  const usual = [
    'script "/usr/local/bin/check_web"',
    "interval 2",
    "timeout 2",
    "rise 2",
    "fall 2",
    "user nobody",
  ];
  return `vrrp_script check_web {\n${written(replaceLines(usual, lines))}}\n`;
}

function replaceLines(usual: readonly string[], lines: readonly string[]): readonly string[] {
  const keyword = (line: string): string => line.split(" ", 1)[0] ?? "";
  const replaced = usual.map((line) => lines.find((own) => keyword(own) === keyword(line)) ?? line);
  return [...replaced, ...lines.filter((line) => !replaced.includes(line))];
}

function written(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}\n`).join("");
}
