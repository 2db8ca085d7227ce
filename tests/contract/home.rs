//! Where the home listens.

use super::*;

contract! {
    a_home_listens_on_the_home_network_by_a_button(reach) {
        let (_, owner) = set_up(&reach).await;
        let off = owner.home_network().await.expect("told");
        assert!(!off.on && off.fixed.is_none() && off.addresses.is_empty(), "{off:?}");
        assert_eq!(off.no_address, Some(NoAddress::ListensHereOnly));
        let switch = |on, proof| HomeNetworkChange { on, proof };
        assert_eq!(code_of(owner.set_home_network(switch(true, Proof::default())).await), "proof_required");
        assert_eq!(code_of(owner.set_home_network(switch(true, password())).await), "no_home_network");
        assert_eq!(owner.home_network().await.expect("told"), off);
        reach.home.lan.is_at(&["127.0.0.77"]);
        let on = owner.set_home_network(switch(true, password())).await.expect("listens");
        let address = format!("http://127.0.0.77:{}", reach.home.app.address().port());
        assert_eq!((on.on, &on.addresses, on.no_address), (true, &vec![address], None));
        assert_eq!(owner.home_network().await.expect("told"), on);
        assert_eq!(owner.set_home_network(switch(false, password())).await.expect("closes"), off);
        let (_, child) = reach.sign_in("TV").await;
        let leo = owner.create_profile(NewProfile::of("Leo", ProfileKind::Kids)).await.expect("makes a profile").answer;
        child.choose_profile(ProfileChoice::of(leo.id)).await.expect("chooses");
        assert_eq!(code_of(child.home_network().await), "kids_profile");
        assert_eq!(code_of(child.set_home_network(switch(true, password())).await), "kids_profile");
    }
}
