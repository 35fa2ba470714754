//! Names of places on earth, from a list of 145,000 that is built in.

use reverse_geocoder::ReverseGeocoder;
use tallylight_media::title::Place;

/// How far away the nearest place may be that gives a recording its name, in kilometres.
const NEAR: f64 = 50.0;
/// The radius of the earth in kilometres.
const EARTH: f64 = 6371.0;

/// Returns the name of the place that is nearest; none at sea. The list is read for each call and given back: calls
/// are rare, and it takes 30 MB.
pub async fn name(place: Place) -> Option<String> {
    let look = move || {
        let places = ReverseGeocoder::new();
        let nearest = places.search((place.latitude, place.longitude)).record;
        let is_near = distance(place, Place { latitude: nearest.lat, longitude: nearest.lon }) <= NEAR;
        is_near.then(|| nearest.name.clone())
    };
    tokio::task::spawn_blocking(look).await.ok().flatten()
}

/// Returns the distance of two places in kilometres, by the haversine formula.
fn distance(a: Place, b: Place) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let cosines = a.latitude.to_radians().cos() * b.latitude.to_radians().cos();
    let part = half(a.latitude, b.latitude) + cosines * half(a.longitude, b.longitude);
    2.0 * EARTH * part.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_has_the_name_of_the_nearest_town_and_the_sea_has_none() {
        assert_eq!(name(Place { latitude: 64.1466, longitude: -21.9426 }).await.as_deref(), Some("Reykjavik"));
        assert_eq!(name(Place { latitude: 0.5, longitude: -30.0 }).await, None);
    }
}
