//! Codes: the one that a device shows, and the one that it brings.

use super::*;

contract! {
    a_waiting_device_is_let_in_by_its_code(reach) {
        let (_, owner) = set_up(&reach).await;
        let core = reach.home.app.core();
        let asking = Asking {
            address: "127.0.0.1".parse().ok(),
            declared: Some(DeclaredDevice { name: Some("Box".into()), ..DeclaredDevice::default() }),
            ..Asking::default()
        };
        let started = latchkey::access::codes::start(core, &asking).expect("codes");
        let typed = started.user_code.to_lowercase().replace('-', " ");
        let waiting = owner.pending_code(typed.clone()).await.expect("it waits");
        assert_eq!((waiting.device_name.as_str(), &waiting.user_code), ("Box", &started.user_code));
        let answer = CodeAnswer { user_code: typed, decision: CodeDecision::Allow, profile_id: None, proof: password() };
        owner.answer_code(answer.clone()).await.expect("allows");
        assert_eq!(code_of(owner.answer_code(answer).await), "code_not_valid");
        let polls = async || {
            let admitted = latchkey::access::codes::poll(core, asking.clone(), &started.device_code).await;
            admitted.map(|admitted| admitted.answer.token).unwrap_or_default()
        };
        let token = polls().await;
        assert_eq!(polls().await, token, "the answer may have been lost on the way");
        let device = reach.with(Some(&token));
        assert_eq!(device.session().await.expect("a session").device_name, "Box");
        assert_eq!(polls().await, "");
        assert_eq!(code_of(device.devices(DeviceQuery::default()).await), "profile_required");
    }

    a_phone_is_let_in_by_the_code_it_brings(reach) {
        let (signed_in, owner) = set_up(&reach).await;
        let (phone, nobody) = (reach.with(None), reach.with(Some("nobody's")));
        let shown = owner.start_pairing().await.expect("shows a code");
        assert_eq!((&shown.state, shown.no_address), (&PairingState::Waiting, Some(NoAddress::ListensHereOnly)));
        assert_eq!(code_of(nobody.start_pairing().await), "not_signed_in");
        let device = Some(DeclaredDevice { name: Some("Pocket".into()), ..DeclaredDevice::default() });
        let bring = |code: &str| NewClaim { code: code.into(), device: device.clone() };
        assert_eq!(code_of(phone.claim_pairing(bring("BBBB-BBBB")).await), "pairing_not_valid");
        let claim = phone.claim_pairing(bring(&shown.code)).await.expect("brings it");
        let finish = PairingFinish { claim: claim.claim, device_secret: None };
        assert_eq!(code_of(phone.finish_pairing(finish.clone()).await), "pairing_waits");
        assert_eq!(code_of(phone.finish_pairing(finish.clone()).await), "too_many_attempts");
        let PairingState::Claimed(asks) = owner.pairing(shown.id).await.expect("is there").state else {
            panic!("nobody waits")
        };
        assert_eq!((asks.device_name.as_str(), &asks.digits), ("Pocket", &claim.digits));
        let allow = PairingAnswer {
            decision: CodeDecision::Allow, digits: claim.digits, profile_id: None, proof: password(),
        };
        let unproven = PairingAnswer { proof: Proof::default(), ..allow.clone() };
        assert_eq!(code_of(owner.answer_pairing(shown.id, unproven).await), "proof_required");
        let answered = owner.answer_pairing(shown.id, allow.clone()).await.expect("allows");
        assert_eq!(answered.state, PairingState::Allowed);
        assert_eq!(code_of(owner.answer_pairing(shown.id, allow).await), "pairing_not_valid");
        let paired = phone.finish_pairing(finish.clone()).await.expect("is let in");
        assert_ne!(paired.device_id, signed_in.device_id);
        // The answer may have been lost on the way, until its keys are used.
        let again = phone.finish_pairing(finish.clone()).await.expect("is answered again");
        assert!(again == paired, "other keys");
        let is_in = PairingState::LetIn { device_id: paired.device_id };
        assert_eq!(owner.pairing(shown.id).await.expect("is there").state, is_in);
        let paired = reach.with(Some(&paired.token));
        assert_eq!(paired.session().await.expect("a session").device_name, "Pocket");
        assert_eq!(code_of(phone.finish_pairing(finish).await), "pairing_not_valid");
        assert_eq!(code_of(paired.pairing(shown.id).await), "profile_required");
    }

    two_devices_that_use_one_code_are_both_refused(reach) {
        let (_, owner) = set_up(&reach).await;
        let somebody = reach.with(None);
        let shown = owner.start_pairing().await.expect("shows a code");
        let bring = || NewClaim { code: shown.code.clone(), device: None };
        let claim = somebody.claim_pairing(bring()).await.expect("brings it");
        assert_eq!(code_of(somebody.claim_pairing(bring()).await), "pairing_spoiled");
        let finish = PairingFinish { claim: claim.claim, device_secret: None };
        assert_eq!(code_of(somebody.finish_pairing(finish).await), "pairing_spoiled");
        let shown = owner.start_pairing().await.expect("shows a code");
        let bring = NewClaim { code: shown.code, device: None };
        let claim = somebody.claim_pairing(bring).await.expect("brings it");
        let deny = PairingAnswer {
            decision: CodeDecision::Deny, digits: String::new(), profile_id: None, proof: Proof::default(),
        };
        assert_eq!(owner.answer_pairing(shown.id, deny).await.expect("denies").state, PairingState::Denied);
        let finish = PairingFinish { claim: claim.claim, device_secret: None };
        assert_eq!(code_of(somebody.finish_pairing(finish).await), "pairing_denied");
        let nobodys = "00000000-0000-7000-8000-000000000000".parse().expect("an id");
        assert_eq!(code_of(owner.pairing(nobodys).await), "not_found");
    }
}
