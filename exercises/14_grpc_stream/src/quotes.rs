//! The service that asks dealers. Nothing to do in here.

use std::{future, net::TcpListener};

use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use marketplace::{FindError, Market};
use opentelemetry::global;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use quotes::{Answer, Car, Offer, Quote, QuotesServer, quotes_server::Quotes};
use tonic::{
    Request, Response, Status, Streaming, metadata::MetadataMap, transport::Server,
    transport::server::TcpIncoming,
};
use tracing::{Instrument, info_span};

use crate::{call::Call, caller, rows};

const DEALERS: [&str; 4] = ["Nord", "Ost", "Sued", "West"];
/// What a dealer takes for the car that is haggled over.
const LEAST: u32 = 17_000;

#[derive(Clone)]
struct Dealers(Market);

/// Serves `quotes.Quotes`.
///
/// # Errors
/// When the listener fails.
pub async fn quotes(listener: TcpListener) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let listener = tokio::net::TcpListener::from_std(listener)?;
    Server::builder()
        .add_service(QuotesServer::new(Dealers(Market::open())))
        .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)))
        .await?;
    Ok(())
}

fn answered(method: &'static str, metadata: &MetadataMap) -> Call {
    let _current = caller(metadata).attach();
    Call::answered(method)
}

#[tonic::async_trait]
impl Quotes for Dealers {
    type WatchStream = BoxStream<'static, Result<Quote, Status>>;
    type HaggleStream = BoxStream<'static, Result<Answer, Status>>;

    async fn watch(&self, request: Request<Car>) -> Result<Response<Self::WatchStream>, Status> {
        let mut call = answered("quotes.Quotes/Watch", request.metadata());
        let id = request.into_inner().id;
        let found = self.0.find_car(id).instrument(call.span().clone()).await;
        if found == Err(FindError::NoSuchCar) {
            let status = Status::not_found("there is no such car");
            call.end(status.code());
            return Err(status);
        }
        let dealers = self.clone();
        let quotes = stream::iter(DEALERS).then(move |dealer| {
            let asked = info_span!("ask dealer", workshop.dealer = dealer);
            dealers.clone().ask(dealer, id).instrument(asked)
        });
        Ok(Response::new(rows(quotes, call)))
    }

    async fn haggle(
        &self,
        request: Request<Streaming<Offer>>,
    ) -> Result<Response<Self::HaggleStream>, Status> {
        let call = answered("quotes.Quotes/Haggle", request.metadata());
        let dealers = self.clone();
        let answers = request.into_inner().then(move |offer| {
            let weighed = info_span!("weigh offer");
            dealers.clone().weigh(offer).instrument(weighed)
        });
        Ok(Response::new(rows(answers, call)))
    }
}

impl Dealers {
    /// Nobody hears from Ost about car 8, and Sued cannot read its record of car 13.
    async fn ask(self, dealer: &'static str, id: u32) -> Result<Quote, Status> {
        let found = self.0.find_car(id).await;
        let euros = found.map_or(9_000, |car| car.price_eur);
        match (dealer, id) {
            ("Ost", 8) => future::pending().await,
            ("Sued", 13) => Err(Status::internal("the record of this car is damaged")),
            ("Ost", _) => Ok(quote(dealer, euros - 300)),
            _ => Ok(quote(dealer, euros)),
        }
    }

    async fn weigh(self, offer: Result<Offer, Status>) -> Result<Answer, Status> {
        let offer = offer?;
        // Even a dealer looks at the car.
        let _ = self.0.find_car(7).await;
        let agreed = offer.euros >= LEAST;
        let euros = if agreed { offer.euros } else { LEAST + 500 };
        Ok(Answer { euros, agreed })
    }
}

fn quote(dealer: &str, euros: u32) -> Quote {
    Quote {
        dealer: dealer.to_owned(),
        euros,
    }
}
