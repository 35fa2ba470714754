//! A proxy between client and backend that injects network faults.

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

/// A fault that affects open and future connections.
///
/// A new kind of fault needs a variant here and an arm in `pump` or `FaultProxy::accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// All bytes are forwarded.
    None,
    /// New connections are refused, and open ones are cut.
    Refuse,
    /// No bytes are forwarded in either direction, and connections stay open.
    Silence,
    /// The connection is reset after this number of bytes to the client.
    ResetAfter(usize),
    /// Bytes to the client are forwarded one at a time, after a pause each.
    Drip(Duration),
}

/// The proxy. Dropping it cuts all connections.
#[derive(Debug)]
pub struct FaultProxy {
    /// Its address, without a trailing slash.
    pub address: String,
    fault: watch::Sender<Fault>,
    open: watch::Receiver<Open>,
}

/// What of a proxy is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    is_listening: bool,
    connections: usize,
}

impl FaultProxy {
    /// Starts a proxy that forwards to an `http` address.
    ///
    /// # Panics
    /// If no port is available.
    pub async fn before(address: &str) -> Self {
        let backend: SocketAddr = address.trim_start_matches("http://").parse().expect("an address");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let own_address = listener.local_addr().expect("an address");
        let (fault, faults) = watch::channel(Fault::None);
        let (opened, open) = watch::channel(Open { is_listening: true, connections: 0 });
        tokio::spawn(Self::accept(listener, own_address, backend, faults, opened));
        Self { address: format!("http://{own_address}"), fault, open }
    }

    /// Refuses new connections and cuts open ones, and waits until that is done.
    ///
    /// # Panics
    /// If the proxy has ended.
    pub async fn cut(&self) {
        self.set(Fault::Refuse);
        let is_cut = |open: &Open| !open.is_listening && open.connections == 0;
        self.open.clone().wait_for(is_cut).await.expect("a proxy that runs");
    }

    /// Applies a fault to all connections from now on.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    async fn accept(
        listener: TcpListener,
        own_address: SocketAddr,
        backend: SocketAddr,
        mut faults: watch::Receiver<Fault>,
        opened: watch::Sender<Open>,
    ) {
        let mut listener = Some(listener);
        loop {
            let fault = *faults.borrow_and_update();
            if fault == Fault::Refuse {
                listener = None;
            } else if listener.is_none() {
                listener = Some(TcpListener::bind(own_address).await.expect("the port that was ours"));
            }
            opened.send_modify(|open| open.is_listening = listener.is_some());
            tokio::select! {
                Some(Ok((client, _))) = async { Some(listener.as_ref()?.accept().await) } => {
                    opened.send_modify(|open| open.connections += 1);
                    let (opened, faults) = (opened.clone(), faults.clone());
                    tokio::spawn(async move {
                        connect(client, backend, faults).await;
                        opened.send_modify(|open| open.connections -= 1);
                    });
                }
                changed = faults.changed() => if changed.is_err() { return },
            }
        }
    }
}

async fn connect(client: TcpStream, backend: SocketAddr, faults: watch::Receiver<Fault>) {
    let Ok(server) = TcpStream::connect(backend).await else { return };
    // Linger is off, so that a cut connection is reset, as by a network.
    let _ = client.set_zero_linger();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let up = pump(from_client, to_server, faults.clone(), Direction::Up);
    let down = pump(from_server, to_client, faults, Direction::Down);
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut faults: watch::Receiver<Fault>,
    direction: Direction,
) {
    let mut buffer = vec![0; 64 << 10];
    let mut passed = 0;
    loop {
        let fault = *faults.borrow_and_update();
        let room = match (fault, direction) {
            (Fault::Refuse, _) => return,
            (Fault::Silence, _) => {
                // Bytes that were read already are lost; the connection stays open.
                if faults.changed().await.is_err() {
                    return;
                }
                continue;
            }
            (Fault::ResetAfter(limit), Direction::Down) if passed >= limit => return,
            (Fault::ResetAfter(limit), Direction::Down) => (limit - passed).min(buffer.len()),
            (Fault::Drip(pause), Direction::Down) => {
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
                // A limit counts from the moment at which it was set.
                passed = 0;
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}
