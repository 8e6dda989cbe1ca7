//! Names each static file after its content, so that it may be cached for good, and compresses it once.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

const FILES: [(&str, &str); 3] = [
    ("style.css", "text/css; charset=utf-8"),
    ("script.js", "text/javascript; charset=utf-8"),
    ("icon.svg", "image/svg+xml"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let source = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("assets");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut table = format!("static ASSETS: [Asset; {}] = [\n", FILES.len());
    for (name, media_type) in FILES {
        let path = source.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        let content = fs::read(&path)?;
        let digest = Sha256::digest(&content);
        let hash = digest.iter().take(6).try_fold(String::new(), |mut hash, byte| {
            write!(hash, "{byte:02x}")?;
            Ok::<_, std::fmt::Error>(hash)
        })?;
        let (stem, extension) = name.rsplit_once('.').ok_or("a file without an extension")?;
        let compressed = out.join(format!("{name}.gz"));
        let mut encoder = GzEncoder::new(File::create(&compressed)?, Compression::best());
        std::io::Write::write_all(&mut encoder, &content)?;
        encoder.finish()?;
        let (path, compressed) = (path.display().to_string(), compressed.display().to_string());
        writeln!(
            table,
            "Asset {{ name: {name:?}, href: \"/assets/{stem}-{hash}.{extension}\", media_type: {media_type:?}, \
             plain: include_bytes!({path:?}), gzip: include_bytes!({compressed:?}) }},"
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}
