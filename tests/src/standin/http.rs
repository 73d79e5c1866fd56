//! As much of HTTP/1.1 as a stand-in needs, on one thread for each connection.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// What was asked. Header names are in small letters.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
}

/// What is answered.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Body,
}

#[derive(Default)]
pub(super) struct Body {
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) from: usize,
    /// The connection ends, or nothing more comes, after so many bytes.
    pub(super) cut: Option<(usize, Ending)>,
    /// Bytes a second.
    pub(super) pace: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Closed,
    Silent,
}

/// Bytes written at once, and when they are to come slowly.
const PIECE: usize = 256 << 10;
const SLOW_PIECE: usize = 16 << 10;
const SILENCE: Duration = Duration::from_mins(2);

impl Answer {
    pub(super) fn of(status: u16, headers: &[(&'static str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        let body = Body { bytes: Arc::new(body.as_bytes().to_vec()), ..Body::default() };
        Self { status, headers, body }
    }
}

/// Answers every connection to an address until the process ends. `sent` is told how many bytes of a
/// body went out.
pub(super) fn serve(
    host: &str,
    connected: impl Fn() + Send + 'static,
    answer: impl Fn(&Asked) -> Answer + Send + Sync + Clone + 'static,
    sent: impl Fn(&Asked, usize) + Send + Sync + Clone + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind((host, 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            connected();
            let (answer, sent) = (answer.clone(), sent.clone());
            std::thread::spawn(move || converse(&stream, &answer, &sent));
        }
    });
    address
}

fn converse(
    stream: &TcpStream,
    answer: &impl Fn(&Asked) -> Answer,
    sent: &impl Fn(&Asked, usize),
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        let reply = answer(&asked);
        head(stream, &reply)?;
        if asked.method != "HEAD" {
            body(stream, &reply.body, &|bytes| sent(&asked, bytes))?;
        }
    }
    None
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    Some(Asked { method, path, headers })
}

fn head(mut stream: &TcpStream, answer: &Answer) -> Option<()> {
    let length = answer.body.bytes.len() - answer.body.from;
    let own = ("content-length", length.to_string());
    let lines = answer.headers.iter().chain([&own]);
    let lines: String = lines.map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
    let text = format!("HTTP/1.1 {} Standing in\r\n{lines}\r\n", answer.status);
    stream.write_all(text.as_bytes()).ok()
}

fn body(mut stream: &TcpStream, body: &Body, sent: &dyn Fn(usize)) -> Option<()> {
    let bytes = &body.bytes[body.from..];
    let end = body.cut.map_or(bytes.len(), |(after, _)| after.min(bytes.len()));
    let size = if body.pace.is_some() { SLOW_PIECE } else { PIECE };
    for piece in bytes[..end].chunks(size) {
        stream.write_all(piece).ok()?;
        sent(piece.len());
        if let Some(pace) = body.pace {
            std::thread::sleep(Duration::from_secs_f64(piece.len() as f64 / pace as f64));
        }
    }
    match body.cut {
        Some((_, Ending::Silent)) => {
            std::thread::sleep(SILENCE);
            None
        }
        Some((_, Ending::Closed)) => None,
        None => Some(()),
    }
}
