//! The network of a company: its proxy is the only way to a studio, whose certificate is signed by the company's CA.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use base64::Engine;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

/// The host name of the studio, which no resolver knows.
const HOST: &str = "studio.test";

/// The proxy and the CA certificate.
pub struct CompanyNetwork {
    /// The URL of the proxy.
    pub proxy: String,
    /// The CA certificate, in PEM.
    pub certificate: String,
    tunnels: Arc<Mutex<Vec<String>>>,
}

impl CompanyNetwork {
    /// The URL of the studio.
    pub const STUDIO: &str = "https://studio.test";

    /// Starts the proxy before a backend at an `http` address.
    ///
    /// # Panics
    /// If no port is available.
    pub async fn before(address: &str) -> Self {
        let backend: SocketAddr = address.trim_start_matches("http://").parse().expect("an address");
        let (acceptor, certificate) = tls();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let proxy = format!("http://{}", listener.local_addr().expect("an address"));
        let tunnels = Arc::<Mutex<Vec<String>>>::default();
        let opened = Arc::clone(&tunnels);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(tunnel(client, backend, acceptor.clone(), Arc::clone(&opened)));
            }
        });
        Self { proxy, certificate, tunnels }
    }

    /// Returns the targets of the tunnels that were opened, such as `studio.test:443`.
    pub fn tunnels(&self) -> Vec<String> {
        self.tunnels.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Opens a tunnel, at whose other end is the backend with TLS in front of it.
async fn tunnel(
    mut client: TcpStream,
    backend: SocketAddr,
    acceptor: TlsAcceptor,
    tunnels: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).expect("a tunnel");
    tunnels.lock().unwrap_or_else(PoisonError::into_inner).push(target.to_owned());
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    let mut client = acceptor.accept(client).await?;
    let mut server = TcpStream::connect(backend).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// Returns the TLS of the studio, and the certificate of the CA in PEM.
fn tls() -> (TlsAcceptor, String) {
    tallylight_client::choose_cryptography();
    let mut params = CertificateParams::new([]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let ca = params.self_signed(&key).expect("a CA certificate");
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new([HOST.to_owned()]).expect("parameters").signed_by(&key, &issuer);
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.expect("a certificate").der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        )
        .expect("a configuration");
    let base64 = base64::engine::general_purpose::STANDARD.encode(ca.der());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    (TlsAcceptor::from(Arc::new(config)), pem)
}
