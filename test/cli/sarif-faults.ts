type Json = Readonly<Record<string, unknown>>;

const LEVELS = new Set(["none", "note", "warning", "error"]);

/**
 * What is wrong with a SARIF log, by the parts of the schema of version 2.1.0 that a log of findings uses: required
 * properties, types, allowed values, no property of another name, and indices that lead somewhere.
 */
export function sarifFaults(log: unknown): readonly string[] {
  const faults: string[] = [];
  const need = (condition: boolean, text: string): void => {
    if (!condition) faults.push(text);
  };
  const top = object(log, "log", ["$schema", "version", "runs"], need);
  need(top.version === "2.1.0", "version is not 2.1.0");
  need(typeof top.$schema === "string" && URL.canParse(top.$schema), "$schema is no URI");
  for (const each of list(top.runs, "runs", need)) {
    const run = object(each, "run", ["tool", "columnKind", "results"], need);
    need(run.columnKind === "utf16CodeUnits" || run.columnKind === "unicodeCodePoints", "columnKind");
    const tool = object(run.tool, "tool", ["driver"], need);
    const driver = object(tool.driver, "driver", ["name", "semanticVersion", "rules"], need);
    need(typeof driver.name === "string", "driver.name");
    const rules = list(driver.rules, "rules", need).map((rule) => checkRule(rule, need));
    need(new Set(rules).size === rules.length, "rules are not unique");
    for (const result of list(run.results, "results", need)) checkResult(result, rules, need);
  }
  return faults;
}

type Need = (condition: boolean, text: string) => void;

function object(value: unknown, name: string, allowed: readonly string[], need: Need): Json {
  need(typeof value === "object" && value !== null && !Array.isArray(value), `${name} is no object`);
  const json = (value ?? {}) as Json;
  for (const key of Object.keys(json)) need(allowed.includes(key), `${name}.${key} is not in the schema`);
  return json;
}

function list(value: unknown, name: string, need: Need): readonly unknown[] {
  need(Array.isArray(value), `${name} is no array`);
  return Array.isArray(value) ? value : [];
}

function text(value: unknown, name: string, need: Need): void {
  const message = object(value, name, ["text", "markdown"], need);
  need(typeof message.text === "string" && message.text !== "", `${name}.text`);
}

function checkRule(value: unknown, need: Need): string {
  const keys = ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration"];
  const rule = object(value, "rule", keys, need);
  need(typeof rule.id === "string" && rule.id !== "", "rule.id");
  for (const key of ["shortDescription", "fullDescription", "help"])
    if (key in rule) text(rule[key], key, need);
  if ("defaultConfiguration" in rule) {
    const configuration = object(rule.defaultConfiguration, "defaultConfiguration", ["level"], need);
    need(LEVELS.has(String(configuration.level)), "defaultConfiguration.level");
  }
  return String(rule.id);
}

function checkResult(value: unknown, rules: readonly string[], need: Need): void {
  const keys = ["ruleId", "ruleIndex", "level", "message", "locations", "relatedLocations", "fixes"];
  const result = object(value, "result", keys, need);
  need(rules[Number(result.ruleIndex)] === result.ruleId, `ruleIndex of ${String(result.ruleId)}`);
  need(LEVELS.has(String(result.level)), `level ${String(result.level)}`);
  text(result.message, "message", need);
  for (const location of list(result.locations, "locations", need)) {
    checkPhysical(object(location, "location", ["physicalLocation"], need).physicalLocation, need);
  }
  for (const each of list(result.relatedLocations ?? [], "relatedLocations", need)) {
    const location = object(each, "related", ["id", "message", "physicalLocation"], need);
    text(location.message, "related.message", need);
    checkPhysical(location.physicalLocation, need);
  }
  for (const each of list(result.fixes ?? [], "fixes", need)) checkFix(each, need);
}

function checkFix(value: unknown, need: Need): void {
  const fix = object(value, "fix", ["description", "artifactChanges"], need);
  text(fix.description, "fix.description", need);
  for (const each of list(fix.artifactChanges, "artifactChanges", need)) {
    const change = object(each, "change", ["artifactLocation", "replacements"], need);
    checkArtifact(change.artifactLocation, need);
    need(list(change.replacements, "replacements", need).length > 0, "replacements are empty");
    for (const one of list(change.replacements, "replacements", need)) {
      const replacement = object(one, "replacement", ["deletedRegion", "insertedContent"], need);
      checkRegion(replacement.deletedRegion, need);
      if ("insertedContent" in replacement) text(replacement.insertedContent, "insertedContent", need);
    }
  }
}

function checkPhysical(value: unknown, need: Need): void {
  const physical = object(value, "physicalLocation", ["artifactLocation", "region"], need);
  checkArtifact(physical.artifactLocation, need);
  if ("region" in physical) checkRegion(physical.region, need);
}

function checkArtifact(value: unknown, need: Need): void {
  const { uri } = object(value, "artifactLocation", ["uri"], need);
  need(typeof uri === "string" && /^[\w!$&'()*+,;=:@%/.~-]+$/.test(uri), `uri ${String(uri)}`);
}

function checkRegion(value: unknown, need: Need): void {
  const region = object(value, "region", ["startLine", "startColumn", "endLine", "endColumn"], need);
  for (const [key, number] of Object.entries(region))
    need(Number.isInteger(number) && Number(number) >= 1, `region.${key} is ${String(number)}`);
}
