import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** IFNAMSIZ of the kernel is 16 bytes with the final zero. */
const LONGEST = 15;

/** The kernel refuses an address whose label does not fit. */
export const addressLabelTooLong = rule({
  code: "address-label-too-long",
  severity: "error",
  summary: "The label of a virtual address has more than 15 characters.",
  reason: "The kernel keeps 15 characters for a label, and refuses the whole address when it is longer.",
  mend: "shorten the label; it has to begin with the name of the interface, such as eth0:web",
  example: {
    bad: instance("virtual_ipaddress {\n        192.0.2.10/24 label eth0:public-website\n    }"),
    line: 6,
    good: instance("virtual_ipaddress {\n        192.0.2.10/24 label eth0:website\n    }"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      const lists = [
        ...section.entries("virtual_ipaddress"),
        ...section.entries("virtual_ipaddress_excluded"),
      ];
      for (const words of lists) {
        const label = words[words.findIndex((word) => word.text === "label") + 1];
        if (!label || label === words[0] || label.text.length <= LONGEST) continue;
        tell(label, {
          message: `${instance.name}: the label '${label.text}' has ${label.text.length} characters, but at most ${LONGEST} fit, so the kernel refuses ${words[0]?.text ?? "the address"}`,
        });
      }
    }
  },
});
