//! The proxy and the trusted certificates, for HTTP and for the socket (docs/adr/0025-network-connector.md).

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
use rustls_platform_verifier::Verifier;
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

/// Connects to servers through the configured proxy, trusting the configured certificates.
#[derive(Clone, Debug, Default)]
pub struct NetworkConnector {
    proxy: Proxy,
    /// Certificates that are trusted in addition to the system's.
    certificates: Arc<Vec<CertificateDer<'static>>>,
}

impl NetworkConnector {
    /// Creates a connector from the network settings.
    ///
    /// # Errors
    /// [`Code::File`] if the certificate file cannot be read.
    pub fn new(network: &Network) -> Result<Self, Error> {
        let certificates = network.certificate.as_deref().map(read_certificates).transpose()?.unwrap_or_default();
        Ok(Self { proxy: network.proxy.clone(), certificates: Arc::new(certificates) })
    }

    /// Creates a connector from the network settings. If their certificates cannot be used, only the system's are trusted,
    /// and the error of [`Self::new`] is returned beside it.
    pub fn or_without_certificates(network: &Network) -> (Self, Result<(), Error>) {
        match Self::new(network) {
            Ok(connector) => (connector, Ok(())),
            Err(error) => (Self { proxy: network.proxy.clone(), certificates: Arc::default() }, Err(error)),
        }
    }

    /// Applies the proxy and the certificates to an HTTP client.
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

    /// Opens a WebSocket through the proxy, if there is one.
    ///
    /// # Errors
    /// The error of the proxy, of TLS or of the handshake.
    pub async fn socket(&self, request: Request<()>, config: WebSocketConfig) -> Result<Opened, tungstenite::Error> {
        let connector = self.tls(request.uri())?;
        match self.intercept(request.uri()) {
            None => connect_async_tls_with_config(request, Some(config), true, connector).await,
            Some(proxy) => {
                let stream = tunnel(&proxy, request.uri()).await?;
                stream.set_nodelay(true)?;
                client_async_tls_with_config(request, stream, Some(config), connector).await
            }
        }
    }

    /// Returns the proxy for a URL. Plain `ws` is only allowed for this computer, which is never reached through a
    /// proxy.
    fn intercept(&self, uri: &Uri) -> Option<Intercept> {
        let matcher = match &self.proxy {
            Proxy::None => return None,
            Proxy::System => Matcher::from_system(),
            Proxy::At(url) => Matcher::builder().all(url.as_str()).build(),
        };
        if uri.scheme_str() == Some("wss") { matcher.intercept(&as_https(uri)?) } else { None }
    }

    /// Returns the TLS of a socket. It trusts what HTTP trusts: the system decides, and additional certificates extend
    /// its own. `None` for a URL without TLS.
    fn tls(&self, uri: &Uri) -> Result<Option<Connector>, tungstenite::Error> {
        if uri.scheme_str() != Some("wss") {
            return Ok(None);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
        let verifier = if self.certificates.is_empty() {
            Verifier::new(provider)
        } else {
            Verifier::new_with_extra_roots(self.certificates.iter().cloned(), provider)
        };
        let verifier = verifier.map_err(io::Error::other)?;
        let config = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth();
        Ok(Some(Connector::Rustls(Arc::new(config))))
    }
}

/// Sets the process-wide cryptography of rustls, which is required if more than one provider is linked in.
pub fn choose_cryptography() {
    // It fails if a provider is already set.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Checks the network settings.
///
/// # Errors
/// [`Code::File`] if the certificate file cannot be read.
pub fn check_network(network: &Network) -> Result<(), Error> {
    NetworkConnector::new(network).map(drop)
}

/// An open WebSocket and the response to its handshake.
type Opened = (WebSocketStream<MaybeTlsStream<TcpStream>>, Response<Option<Vec<u8>>>);

/// Opens a stream to a host through a proxy: SOCKS5, or an HTTP tunnel.
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
        socks.call(to).await.map_err(|error| proxy_error(&error))?
    } else {
        let tunnel = Tunnel::new(proxy.uri().clone(), connector);
        let mut tunnel = match proxy.basic_auth() {
            Some(auth) => tunnel.with_auth(auth.clone()),
            None => tunnel,
        };
        tunnel.call(to).await.map_err(|error| proxy_error(&error))?
    };
    Ok(stream.into_inner())
}

fn proxy_error(error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("The proxy couldn't connect: {error}"))
}

/// Returns the `https` form of a URL's host and port, which proxy rules and tunnels use.
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
    if certificates.is_empty() {
        return Err(wrong("no certificate found"));
    }
    // A block of the right form may hold no certificate, and no client could be built with it.
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots.add(certificate.clone()).map_err(|error| wrong(&error.to_string()))?;
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connector(proxy: &str) -> NetworkConnector {
        let proxy = Proxy::try_from(proxy.to_owned()).expect("a proxy");
        NetworkConnector::new(&Network { proxy, certificate: None }).expect("a connector")
    }

    #[test]
    fn a_proxy_is_used_for_every_host_but_this_computer() {
        let intercepted = |proxy: &str, uri: &'static str| {
            connector(proxy).intercept(&Uri::from_static(uri)).map(|found| found.uri().to_string())
        };
        assert_eq!(intercepted("http://proxy:3128", "wss://acme.tv/ws").as_deref(), Some("http://proxy:3128/"));
        assert_eq!(intercepted("socks5://proxy:1080", "wss://acme.tv/ws").as_deref(), Some("socks5://proxy:1080/"));
        assert_eq!(intercepted("http://proxy:3128", "ws://127.0.0.1:1/ws"), None);
        assert_eq!(intercepted("none", "wss://acme.tv/ws"), None);
    }

    #[test]
    fn a_file_without_certificates_is_refused_with_its_name() {
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
