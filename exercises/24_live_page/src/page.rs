//! A page that is connected, as the server knows it. Nothing to do in here.

use axum::extract::ws::{Message, WebSocket};
use marketplace::{Car, Market};
use serde_json::{Value, json};
use tokio::{
    sync::{broadcast, mpsc, watch},
    task,
};

use crate::frames::{Frame, Kind};

/// What is done for a page needs this, wherever it is done.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    market: Market,
    pushes: mpsc::UnboundedSender<Frame>,
    answered: watch::Receiver<u32>,
}

impl Page {
    /// The cars that a frame asks for.
    pub(crate) async fn find(&self, frame: &Frame) -> Vec<Car> {
        let query = frame.payload["query"].as_str().unwrap_or_default();
        self.market.ask_dealers(query).await
    }

    /// What each of these cars is worth, once the frame of that number has its reply: no push may come
    /// before the list that it is about.
    pub(crate) async fn value(&self, number: u32, cars: Vec<Car>) -> Value {
        let mut answered = self.answered.clone();
        // A page that is gone waits for nothing.
        let _ = answered.wait_for(|last| *last >= number).await;
        let market = self.market.clone();
        let valued = task::spawn_blocking(move || market.value(cars)).await;
        let value = |car: Car| json!({"car": car.id, "value": car.value_eur});
        valued.unwrap_or_default().into_iter().map(value).collect()
    }

    /// Sends a frame to this page, if it is still there.
    pub(crate) fn send(&self, frame: Frame) {
        let _ = self.pushes.send(frame);
    }
}

/// Serves one page over its socket until either of them is gone; `all` brings what is for every page.
pub(crate) async fn serve(
    mut socket: WebSocket,
    market: Market,
    mut all: broadcast::Receiver<Frame>,
) {
    let (pushes, mut own) = mpsc::unbounded_channel();
    let (replied, answered) = watch::channel(0);
    let page = Page {
        market,
        pushes,
        answered,
    };
    let mut joined = false;
    loop {
        let frame = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => serde_json::from_str::<Frame>(&text).ok(),
                Some(Ok(_)) => None,
                Some(Err(_)) | None => return,
            },
            Some(frame) = own.recv() => Some(frame),
            Ok(frame) = all.recv(), if joined => Some(frame),
        };
        let Some(frame) = frame else { continue };
        let number = frame.number;
        let out = match frame.kind {
            Kind::Push | Kind::Reply => frame,
            Kind::Join | Kind::Event => {
                joined = true;
                let payload = crate::answer(&frame, &page).await;
                frame.reply(payload)
            }
        };
        let Ok(text) = serde_json::to_string(&out) else {
            continue;
        };
        if socket.send(Message::text(text)).await.is_err() {
            return;
        }
        replied.send_modify(|last| *last = number.max(*last));
    }
}
