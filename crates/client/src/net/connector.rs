//! How other computers are reached: through a proxy or not, and whose certificates are trusted. The same for calls and
//! for the socket.

use std::{io, path::Path, sync::Arc};

use hyper_util::{
    client::{
        legacy::connect::{
            HttpConnector,
            proxy::{SocksV5, Tunnel},
        },
        proxy::matcher::{Intercept, Matcher},
    },
    rt::TokioIo,
};
use reqwest::{Certificate, ClientBuilder, Proxy as CallProxy};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tallylight_core::{
    Code, Error,
    settings::{Network, Proxy},
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config, connect_async_tls_with_config,
    tungstenite::{
        self,
        http::{Request, Response, Uri},
        protocol::WebSocketConfig,
    },
};
use tower_service::Service;

/// Knows the way to other computers.
#[derive(Clone, Debug, Default)]
pub struct NetworkConnector {
    proxy: Proxy,
    /// Further certificates to trust.
    certificates: Arc<Vec<CertificateDer<'static>>>,
}

impl NetworkConnector {
    /// Goes the way that a person chose.
    ///
    /// # Errors
    /// Says what is wrong with the file of certificates.
    pub fn new(network: &Network) -> Result<Self, Error> {
        let certificates = network.certificate.as_deref().map(read_certificates).transpose()?.unwrap_or_default();
        Ok(Self { proxy: network.proxy.clone(), certificates: Arc::new(certificates) })
    }

    /// Goes the same way, trusting whom the system trusts.
    pub fn without_certificates(network: &Network) -> Self {
        Self { proxy: network.proxy.clone(), certificates: Arc::default() }
    }

    /// Lets an HTTP client go this way.
    pub fn configure(&self, builder: ClientBuilder) -> ClientBuilder {
        let certificates = self.certificates.iter().filter_map(|der| Certificate::from_der(der).ok());
        let certificates: Vec<_> = certificates.collect();
        let builder = if certificates.is_empty() { builder } else { builder.tls_certs_merge(certificates) };
        match &self.proxy {
            Proxy::System => builder,
            Proxy::None => builder.no_proxy(),
            Proxy::At(url) => match CallProxy::all(url.as_str()) {
                Ok(proxy) => builder.proxy(proxy),
                Err(error) => {
                    tracing::error!(%error, "the proxy cannot be used");
                    builder
                }
            },
        }
    }

    /// Opens a socket along this way.
    pub async fn socket(&self, request: Request<()>, config: WebSocketConfig) -> Result<Opened, tungstenite::Error> {
        let connector = self.connector()?;
        match self.intercept(request.uri()) {
            None => connect_async_tls_with_config(request, Some(config), true, connector).await,
            Some(proxy) => {
                let stream = tunnel(&proxy, request.uri()).await?;
                stream.set_nodelay(true)?;
                client_async_tls_with_config(request, stream, Some(config), connector).await
            }
        }
    }

    /// Returns the proxy on the way to an address. Plain http is for this computer only, and a proxy is another.
    fn intercept(&self, uri: &Uri) -> Option<Intercept> {
        let matcher = match &self.proxy {
            Proxy::None => return None,
            Proxy::System => Matcher::from_system(),
            Proxy::At(url) => Matcher::builder().all(url.as_str()).build(),
        };
        if uri.scheme_str() == Some("wss") { matcher.intercept(&as_https(uri)?) } else { None }
    }

    /// Returns what trusts the further certificates, too; none where there are none.
    fn connector(&self) -> Result<Option<Connector>, tungstenite::Error> {
        if self.certificates.is_empty() {
            return Ok(None);
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots.add_parsable_certificates(self.certificates.iter().cloned());
        let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
        Ok(Some(Connector::Rustls(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))))
    }
}

/// Decides, for the whole program, who encrypts: where two libraries are linked in, rustls asks for it.
pub fn choose_cryptography() {
    // Whoever was quicker has chosen.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Tells whether other computers can be reached as a person chose.
///
/// # Errors
/// Says what is wrong with the file of certificates.
pub fn check_network(network: &Network) -> Result<(), Error> {
    NetworkConnector::new(network).map(drop)
}

/// Is a socket that is open, with the answer that opened it.
type Opened = (WebSocketStream<MaybeTlsStream<TcpStream>>, Response<Option<Vec<u8>>>);

/// Returns a stream to an address that a proxy stands before.
async fn tunnel(proxy: &Intercept, uri: &Uri) -> io::Result<TcpStream> {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    let to = as_https(uri).ok_or_else(|| io::Error::other("The URL has no host"))?;
    let stream: TokioIo<TcpStream> = if proxy.uri().scheme_str().is_some_and(|scheme| scheme.starts_with("socks")) {
        let socks = SocksV5::new(proxy.uri().clone(), connector);
        let mut socks = match proxy.raw_auth() {
            Some((user, password)) => socks.with_auth(user.to_owned(), password.to_owned()),
            None => socks,
        };
        socks.call(to).await.map_err(|error| refused(&error))?
    } else {
        let tunnel = Tunnel::new(proxy.uri().clone(), connector);
        let mut tunnel = match proxy.basic_auth() {
            Some(auth) => tunnel.with_auth(auth.clone()),
            None => tunnel,
        };
        tunnel.call(to).await.map_err(|error| refused(&error))?
    };
    Ok(stream.into_inner())
}

fn refused(error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("The proxy couldn't connect: {error}"))
}

/// Returns an address as proxies know it.
fn as_https(uri: &Uri) -> Option<Uri> {
    let port = uri.port_u16().unwrap_or(443);
    Uri::builder().scheme("https").authority(format!("{}:{port}", uri.host()?)).path_and_query("/").build().ok()
}

fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let wrong = |why: &str| {
        let file = file.display();
        Error::new(Code::File, format!("Couldn't read a certificate from {file} ({why}). Choose a PEM file."))
    };
    let read = CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error.to_string()))?;
    let certificates = read.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error.to_string()))?;
    if certificates.is_empty() { Err(wrong("no certificate found")) } else { Ok(certificates) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(proxy: &str) -> NetworkConnector {
        let proxy = Proxy::try_from(proxy.to_owned()).expect("a proxy");
        NetworkConnector::new(&Network { proxy, certificate: None }).expect("a route")
    }

    #[test]
    fn a_given_proxy_stands_before_everything_but_this_computer() {
        let intercepted = |proxy: &str, uri: &'static str| {
            route(proxy).intercept(&Uri::from_static(uri)).map(|found| found.uri().to_string())
        };
        assert_eq!(intercepted("http://proxy:3128", "wss://acme.tv/ws").as_deref(), Some("http://proxy:3128/"));
        assert_eq!(intercepted("socks5://proxy:1080", "wss://acme.tv/ws").as_deref(), Some("socks5://proxy:1080/"));
        assert_eq!(intercepted("http://proxy:3128", "ws://127.0.0.1:1/ws"), None);
        assert_eq!(intercepted("none", "wss://acme.tv/ws"), None);
    }

    #[test]
    fn a_file_without_certificates_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ca.pem");
        let network = Network { certificate: Some(file.clone()), ..Network::default() };
        for content in [None, Some("nothing"), Some("-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n")] {
            if let Some(content) = content {
                std::fs::write(&file, content).expect("a file");
            }
            let error = NetworkConnector::new(&network).expect_err("no certificate");
            assert!(error.message.contains("ca.pem"), "{}", error.message);
        }
    }
}
