use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use frontdesk::transport::{Deadline, Reqwest, Transport};
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn transport() -> Reqwest {
    Reqwest::builder().without_proxy().build().unwrap()
}

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn carries_requests_and_follows_no_redirect() {
    let server = MockServer::start().await;
    let redirect = ResponseTemplate::new(302).insert_header("location", "/elsewhere").set_body_string("moved");
    Mock::given(method("POST"))
        .and(path("/a"))
        .and(header("x-test", "1"))
        .and(body_string("k=v"))
        .respond_with(redirect)
        .expect(1)
        .mount(&server)
        .await;
    let request = Request::post(format!("{}/a", server.uri())).header("x-test", "1").body(Bytes::from("k=v")).unwrap();
    let answer = transport().call(request).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (302, "/elsewhere"));
    assert_eq!(answer.into_body().collect(10).await.unwrap(), "moved");
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let failure = transport().call(get(&format!("http://{address}/secret-path"))).await.unwrap_err();
    assert!(!failure.may_have_been_sent());
    let source = std::error::Error::source(&failure).unwrap();
    assert!(!format!("{failure} {failure:?} {source}").contains("secret-path"));
}

#[tokio::test]
async fn silence_and_broken_answers_have_an_unknown_outcome() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut held = Vec::new();
        for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            if answer.is_empty() {
                held.push(stream);
            } else {
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
        std::future::pending::<()>().await;
    });
    let transport = transport();
    let mut request = get(&format!("http://{address}/"));
    request.extensions_mut().insert(Deadline(Duration::from_millis(50)));
    assert!(transport.call(request).await.unwrap_err().may_have_been_sent());
    let answer = transport.call(get(&format!("http://{address}/"))).await.unwrap();
    assert!(answer.into_body().collect(100).await.unwrap_err().may_have_been_sent());
}
