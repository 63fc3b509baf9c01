// Stands in for the npm package that the manual's axios sample asks for: Latin-1 text to Base64 and back, no more.
exports.encode = (text) => {
  if (/[^\0-\xFF]/.test(text)) throw new Error("the text has characters outside Latin-1");
  return Buffer.from(text, "latin1").toString("base64");
};
exports.decode = (encoded) => Buffer.from(encoded, "base64").toString("latin1");
