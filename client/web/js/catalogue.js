// The page, in the user's browser. What can be asked for (mgr modules), and what of it this user may do (mgr can-i).
// Distrusts both: names that are none refuse the whole, since requests are made of them.
const name_grammar = /^[a-z][a-z0-9_.-]{0,31}$/;
const reserved = /^(module|action|signature|mgr|mgr-.*|auth-.*)$/;
const modes = ["reply", "job", "output", "stream"];

export class BadCatalogue extends Error {}

function name_of(from, what) {
  if (typeof from?.name !== "string" || !name_grammar.test(from.name)) throw new BadCatalogue(`a name of ${what} is none`);
  return from.name;
}

function text_of(value) {
  return typeof value === "string" ? value : "";
}

function list_of(value, what) {
  if (!Array.isArray(value)) throw new BadCatalogue(`the ${what} are no list`);
  return value;
}

function texts_of(value) {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function number_of(value) {
  return Number.isSafeInteger(value) ? value : null;
}

function argument_of(from) {
  const name = name_of(from, "an argument");
  if (reserved.test(name)) throw new BadCatalogue("an argument has a reserved name");
  const type = text_of(from.type);
  const is_list = type.startsWith("list of ");
  return {
    name, is_list,
    type: is_list ? type.slice("list of ".length) : type,
    required: from.required === true,
    help: text_of(from.help),
    min: number_of(from.min), max: number_of(from.max),
    max_length: number_of(from.max_length), max_items: number_of(from.max_items),
    pattern: text_of(from.pattern), form: text_of(from.form),
    values: texts_of(from.values), roots: texts_of(from.roots),
    listed: from.listed === true,
  };
}

function action_of(module, from) {
  const name = name_of(from, "an action");
  const mode = text_of(from.mode);
  return {
    module, name, mode: modes.includes(mode) ? mode : "reply",
    // These answer with several lines though their mode does not say so.
    streams: mode === "stream" || (module === "job" && ["output", "follow", "watch"].includes(name)),
    summary: text_of(from.summary), confirm: from.confirm === true, min_proof: text_of(from.min_proof),
    arguments: list_of(from.arguments ?? [], "arguments").map(argument_of),
    allowed: false, when: [], unless: [],
  };
}

function conditions_of(value) {
  return (Array.isArray(value) ? value : []).filter((item) => typeof item === "object" && item !== null)
    .map((item) => new Map(Object.entries(item).map(([name, ranges]) => [name, texts_of(ranges)])));
}

export class Catalogue {
  modules = [];
  #actions = new Map();

  // `schema` and `abilities`: the data of `mgr modules` and `mgr can-i`.
  constructor(schema, abilities) {
    for (const from of list_of(schema?.modules, "modules")) {
      const name = name_of(from, "a module");
      const actions = list_of(from.actions, "actions").map((action) => action_of(name, action));
      for (const action of actions) this.#actions.set(`${name} ${action.name}`, action);
      this.modules.push({ name, summary: text_of(from.summary), actions });
    }
    for (const from of list_of(abilities?.actions, "abilities")) {
      const action = this.find(from?.module, from?.action);
      if (!action) continue;  // reloaded between the two answers
      action.allowed = true;
      action.confirm ||= from.confirm === true;
      action.when = conditions_of(from.when);
      action.unless = conditions_of(from.unless);
    }
  }

  find(module, action) {
    return this.#actions.get(`${module} ${action}`) ?? null;
  }

  may(module, action) {
    return this.find(module, action)?.allowed === true;
  }
}

// What the policy lets this argument be, as far as can be told beforehand: {texts, ranges}, null where it says nothing.
export function allowed_values(action, argument) {
  if (action.when.length === 0 || !action.when.every((condition) => condition.has(argument.name))) return null;
  const all = new Set(action.when.flatMap((condition) => condition.get(argument.name)));
  const is_number = ["int", "port"].includes(argument.type);
  const texts = [...all].filter((item) => !(is_number && item.includes("..")));
  const ranges = [...all].filter((item) => is_number && item.includes(".."));
  return { texts, ranges };
}
