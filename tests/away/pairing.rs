//! A phone is being let in while the cable between it and the home is cut: either it is in, with its keys, or it is not in the list.

use latchkey::home::Home as _;
use latchkey::home::there::There;
use latchkey::model::{PairingId, Secret};
use latchkey::wire::{
    CodeDecision, NewClaim, Pairing, PairingAnswer, PairingClaim, PairingFinish, PairingState,
};

use crate::home::{Home, named, password};
use crate::phone::address;
use crate::until;
use crate::world::World;

/// What the screen that shows the code says.
async fn looks(home: &Home, id: PairingId) -> PairingState {
    let asked = home.ask(move |owner| async move { owner.pairing(id).await }).await;
    asked.expect("is shown").state
}

async fn shows_a_code(home: &Home) -> Pairing {
    home.ask(|owner| async move { owner.start_pairing().await }).await.expect("shows a code")
}

/// The person who sees both screens lets the phone in.
async fn allows(home: &Home, id: PairingId, claim: &PairingClaim) {
    let answer = PairingAnswer {
        decision: CodeDecision::Allow,
        digits: claim.digits.clone(),
        profile_id: None,
        proof: password(),
    };
    let allowed = home.ask(move |owner| async move { owner.answer_pairing(id, answer).await }).await;
    assert_eq!(allowed.expect("is answered").state, PairingState::Allowed);
}

fn brings(code: &str) -> NewClaim {
    NewClaim { code: code.to_owned(), device: Some(named("A new phone")) }
}

/// A second phone's app, in the network of the first.
fn new_app(world: &World) -> There {
    There::new(address(&world.at_phone[0].lan).parse().expect("an address"), None)
}

/// Devices of that name that are in.
async fn new_phones(home: &Home) -> usize {
    home.signed_in().await.iter().filter(|(name, _)| name == "A new phone").count()
}

#[tokio::test]
async fn a_code_that_did_not_arrive_is_still_good_and_one_whose_answer_was_lost_lets_nobody_in() {
    let Some(world) = World::of(1).await else { return };
    let (home, lan, phone) = (&world.homes[0], &world.at_phone[0].lan, &world.phone.place);
    let shown = shows_a_code(home).await;
    // The phone is not in the network yet.
    let (app, code) = (new_app(&world), shown.code.clone());
    let refused = phone.run(async move { app.claim_pairing(brings(&code)).await }).await;
    assert_eq!(refused.expect_err("nobody is there").code(), "home_unreachable");
    lan.plug_in();
    assert_eq!(looks(home, shown.id).await, PairingState::Waiting, "it is still good");

    // It brings the code, and the cable is cut before it hears that it did.
    let (app, code) = (new_app(&world), shown.code.clone());
    let connected = app.clone();
    phone.run(async move { connected.status().await }).await.expect("is there");
    lan.lose_answers();
    let under_way = phone.begin(async move { app.claim_pairing(brings(&code)).await });
    until("the code is brought", async || {
        matches!(looks(home, shown.id).await, PairingState::Claimed(_)).then_some(())
    })
    .await;
    assert!(!under_way.is_finished());
    lan.cut();
    under_way.abort();
    lan.mend();
    // Brought once more it may be somebody else's phone: nobody is let in, and both screens say so.
    let (app, code) = (new_app(&world), shown.code.clone());
    let refused = phone.run(async move { app.claim_pairing(brings(&code)).await }).await;
    assert_eq!(refused.expect_err("is spoiled").code(), "pairing_spoiled");
    assert_eq!(looks(home, shown.id).await, PairingState::Spoiled);
    assert_eq!(new_phones(home).await, 0);

    // With another one it gets in.
    let (app, shown) = (new_app(&world), shows_a_code(home).await);
    let (phones, code) = (app.clone(), shown.code.clone());
    let claim = phone.run(async move { phones.claim_pairing(brings(&code)).await }).await.expect("brings it");
    allows(home, shown.id, &claim).await;
    let finish = PairingFinish { claim: claim.claim, device_secret: None };
    let signed_in = phone.run(async move { app.finish_pairing(finish).await }).await.expect("is let in");
    assert_eq!(looks(home, shown.id).await, PairingState::LetIn { device_id: signed_in.device_id });
    assert_eq!(new_phones(home).await, 1);
}

#[tokio::test]
async fn a_phone_that_was_let_in_while_its_cable_was_cut_gets_its_keys_when_it_asks_again() {
    let Some(world) = World::of(1).await else { return };
    let (home, lan, phone) = (&world.homes[0], &world.at_phone[0].lan, &world.phone.place);
    lan.plug_in();
    let (app, shown) = (new_app(&world), shows_a_code(home).await);
    let (phones, code) = (app.clone(), shown.code.clone());
    let claim = phone.run(async move { phones.claim_pairing(brings(&code)).await }).await.expect("brings it");
    allows(home, shown.id, &claim).await;

    let finish = PairingFinish { claim: claim.claim, device_secret: None };
    let (phones, asked) = (app.clone(), finish.clone());
    lan.lose_answers();
    let under_way = phone.begin(async move { phones.finish_pairing(asked).await });
    let device_id = until("it is let in", async || match looks(home, shown.id).await {
        PairingState::LetIn { device_id } => Some(device_id),
        _ => None,
    })
    .await;
    assert!(!under_way.is_finished());
    lan.cut();
    under_way.abort();
    assert_eq!(new_phones(home).await, 1, "the home has let it in, and nobody has its keys");
    lan.mend();

    let (phones, asked) = (app.clone(), finish.clone());
    let signed_in = phone.run(async move { phones.finish_pairing(asked).await }).await.expect("is answered");
    assert_eq!(signed_in.device_id, device_id);
    let paired = app.with_token(Some(Secret::received(signed_in.token)));
    let session = phone.run(async move { paired.session().await }).await.expect("is in");
    assert_eq!((session.device_id, session.device_name.as_str()), (device_id, "A new phone"));
    assert_eq!(new_phones(home).await, 1, "and in the list once");
    // Now that it has them, nobody else is given them.
    let refused = phone.run(async move { app.finish_pairing(finish).await }).await;
    assert_eq!(refused.map(|_| ()).expect_err("is over").code(), "pairing_not_valid");
}
