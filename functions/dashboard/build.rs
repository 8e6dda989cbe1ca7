//! Names each static file after its content, so that it may be cached for good, and compresses it once for each coding;
//! and does what the other functions' build script does.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

#[path = "../build.rs"]
mod function;

const FILES: [(&str, &str); 3] = [
    ("style.css", "text/css; charset=utf-8"),
    ("script.js", "text/javascript; charset=utf-8"),
    ("icon.svg", "image/svg+xml"),
];

fn main() -> Result<(), Box<dyn Error>> {
    function::main();
    let source = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("assets");
    let out = PathBuf::from(env::var("OUT_DIR")?);
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
        let encoded = |coding: &str, bytes: &[u8]| {
            let encoded = out.join(format!("{name}.{coding}"));
            fs::write(&encoded, bytes).map(|()| included(&encoded))
        };
        let (brotli, gzip) = (encoded("br", &brotli(&content)?)?, encoded("gz", &gzip(&content)?)?);
        writeln!(
            table,
            "Asset {{ name: {name:?}, href: \"/assets/{stem}-{hash}.{extension}\", media_type: {media_type:?}, \
             plain: {}, brotli: {brotli}, gzip: {gzip} }},",
            included(&path)
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

/// The content of a file, for the compiler.
fn included(path: &Path) -> String {
    format!("include_bytes!({:?})", path.display().to_string())
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &BrotliEncoderParams::default())?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}
