"""The pictures of the chapters: their sizes on the page, and their files."""

import io
import re
from pathlib import Path

from PIL import Image


def measure_pictures(soup, app):
    """Say how large each picture is, so that nothing moves when it arrives."""
    sources = {name: uri for uri, name in app.builder.images.items()}
    for image in soup.select("article img[src]"):
        name = image["src"].rsplit("/", 1)[-1]
        if name in sources and "width" not in image.attrs and name.endswith(".png"):
            with Image.open(Path(app.srcdir, sources[name])) as picture:
                image["width"], image["height"] = picture.size
        image["loading"], image["decoding"] = "lazy", "async"
        if "/_images/" in f"/{image['src']}":
            image["src"] = re.sub(r"\.png$", ".webp", image["src"])


def compress_pictures(folder):
    """Turn the pictures of the chapters into WebP, without loss."""
    for path in folder.glob("*.png"):
        # MyST-NB names the pictures of cells by their contents.
        if path.with_suffix(".webp").exists() and re.fullmatch(r"[0-9a-f]{64}", path.stem):
            path.unlink()
            continue
        with Image.open(path) as picture:
            buffer = io.BytesIO()
            picture.save(buffer, "webp", lossless=True, method=4, quality=60)
        path.with_suffix(".webp").write_bytes(buffer.getvalue())
        path.unlink()
