// Digits that are said in words, one by one, as figures: what is heard has to be typed or compared.

const WORDS = {
  de: ["null", "eins", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
  en: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
  es: ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
};
const FEWEST = 3; // fewer are a way of speaking, not a code
const PAUSE = ". "; // between the groups of a code

function groups(text, words) {
  const one = `(?:${words.join("|")})`;
  const group = `${one}(?:, ${one})+`;
  const found = text.match(new RegExp(`(?<!\\p{L})${group}(?:\\. ${group})*(?!\\p{L})`, "iu"));
  const figure = (word) => words.indexOf(word.toLowerCase());
  return found ? found[0].split(PAUSE).map((each) => each.split(", ").map(figure).join("")) : [];
}

// The first code in a text, as figures, in the groups it is said in; "" where there is none.
export function figures(text) {
  for (const words of Object.values(WORDS)) {
    const code = groups(text, words);
    if (code.join("").length >= FEWEST) return code.join(" ");
  }
  return "";
}
