// Pictures as the phone sends them: at most 1280 points wide or high, as JPEG, whatever they were before.

const LARGEST = 1280;

/** The picture behind an address of this page, or of a chosen file, as a JPEG; null if it is no picture. */
export async function jpegOf(source) {
  const address = typeof source === "string" ? source : null;
  const picture = address ? await loaded(address) : await createImageBitmap(source).catch(() => null);
  if (!picture) return null;
  const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
}

async function loaded(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture;
}
