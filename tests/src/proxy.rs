//! A proxy that stands between client and backend and does to their bytes what networks do.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// Is what becomes of connections, those that are open and those to come.
///
/// A new kind of fault is a variant here and an arm in [`pump`] or [`FaultProxy::accept`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Everything passes.
    None,
    /// Nobody listens, and what is open is cut.
    Refuse,
    /// Nothing passes any more, in either direction, and nobody is told.
    Silence,
    /// After so many bytes to the client the connection is reset.
    ResetAfter(usize),
    /// A byte at a time passes to the client, with a pause before each.
    Drip(Duration),
}

/// Is the proxy; dropping it cuts everything.
#[derive(Debug)]
pub struct FaultProxy {
    /// Where it listens.
    pub address: String,
    fault: watch::Sender<Fault>,
}

impl FaultProxy {
    /// Begins to pass everything on to an `http` address.
    ///
    /// # Panics
    /// Where there is no port.
    pub async fn before(address: &str) -> Self {
        let backend: SocketAddr = address.trim_start_matches("http://").parse().expect("an address");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let place = listener.local_addr().expect("an address");
        let (fault, faults) = watch::channel(Fault::None);
        tokio::spawn(Self::accept(listener, place, backend, faults));
        Self { address: format!("http://{place}"), fault }
    }

    /// Does this to every connection from now on.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    async fn accept(listener: TcpListener, place: SocketAddr, backend: SocketAddr, mut faults: watch::Receiver<Fault>) {
        let mut listener = Some(listener);
        loop {
            let fault = *faults.borrow_and_update();
            if fault == Fault::Refuse {
                listener = None;
            } else if listener.is_none() {
                listener = Some(TcpListener::bind(place).await.expect("the port that was ours"));
            }
            tokio::select! {
                Some(Ok((client, _))) = async { Some(listener.as_ref()?.accept().await) } => {
                    tokio::spawn(connect(client, backend, faults.clone()));
                }
                changed = faults.changed() => if changed.is_err() { return },
            }
        }
    }
}

async fn connect(client: TcpStream, backend: SocketAddr, faults: watch::Receiver<Fault>) {
    let Ok(server) = TcpStream::connect(backend).await else { return };
    // What is cut is cut off hard, as by a network.
    let _ = client.set_zero_linger();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let up = pump(from_client, to_server, faults.clone(), Way::Up);
    let down = pump(from_server, to_client, faults, Way::Down);
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut faults: watch::Receiver<Fault>, way: Way) {
    let mut buffer = vec![0; 64 << 10];
    let mut passed = 0;
    loop {
        let fault = *faults.borrow_and_update();
        let room = match (fault, way) {
            (Fault::Refuse, _) => return,
            (Fault::Silence, _) => {
                // Bytes that were on their way are lost; the connection stays as it is.
                if faults.changed().await.is_err() {
                    return;
                }
                continue;
            }
            (Fault::ResetAfter(limit), Way::Down) if passed >= limit => return,
            (Fault::ResetAfter(limit), Way::Down) => (limit - passed).min(buffer.len()),
            (Fault::Drip(pause), Way::Down) => {
                tokio::time::sleep(pause).await;
                1
            }
            (Fault::None | Fault::ResetAfter(_) | Fault::Drip(_), _) => buffer.len(),
        };
        tokio::select! {
            read = from.read(&mut buffer[..room]) => match read {
                Ok(count) if count > 0 => {
                    passed += count;
                    if to.write_all(&buffer[..count]).await.is_err() {
                        return;
                    }
                }
                Ok(_) | Err(_) => return,
            },
            changed = faults.changed() => {
                // A limit counts from when it was set.
                passed = 0;
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}
