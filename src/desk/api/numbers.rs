use chrono::{DateTime, Utc};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{Answer, Asked, json};
use crate::number::{NumberOrder, OrderId, OrderState, Wish, WishKind};
use crate::phone::E164;
use crate::provisioning::Provisioning;
use crate::secret::Private;
use crate::store::Store;

/// An order for a number, as the API shows it.
#[derive(Serialize, JsonSchema)]
pub(super) struct OrderView {
    id: String,
    #[schemars(with = "OrderState")]
    state: String,
    number: Option<E164>,
    problem: Option<String>,
    release_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<&NumberOrder> for OrderView {
    fn from(order: &NumberOrder) -> Self {
        let state = serde_json::to_value(order.state).ok();
        Self {
            id: order.id.as_str().to_owned(),
            state: state.and_then(|state| state.as_str().map(ToOwned::to_owned)).unwrap_or_default(),
            number: order.number,
            problem: order.problem.as_ref().map(ToString::to_string),
            release_at: order.release_at,
            created_at: order.created_at,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct NumbersView {
    numbers: Vec<E164>,
    orders: Vec<OrderView>,
}

/// `GET /phone-number`: the tenant's numbers, and what became of its orders.
pub(super) async fn phone_number(store: &dyn Store, asked: Asked<'_>) -> Result<Answer, Problem> {
    asked.query.done()?;
    let settings = store.tenant(&asked.tenant).await?;
    let numbers = settings.map(|settings| settings.numbers.clone()).unwrap_or_default();
    let orders = store.orders(&asked.tenant).await?;
    json(StatusCode::OK, &NumbersView { numbers, orders: orders.iter().map(OrderView::from).collect() })
}

fn service(provisioning: Option<&Provisioning>) -> Result<&Provisioning, Problem> {
    provisioning.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "this desk provisions no numbers"))
}

fn order_id(text: String) -> Result<OrderId, Problem> {
    OrderId::new(text).map_err(|error| Problem::invalid(Some("id".into()), error.to_string()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    /// The same name is the same order.
    #[schemars(regex(pattern = "^[A-Za-z0-9_.:-]{1,128}$"))]
    id: String,
    /// Two letters, as ISO 3166-1 has them.
    #[schemars(regex(pattern = "^[A-Za-z]{2}$"))]
    country: String,
    #[serde(default)]
    kind: WishKind,
    #[serde(default)]
    area_codes: Vec<String>,
    /// Whether any area will do when none of these has a number.
    #[serde(default)]
    anywhere: bool,
    contains: Option<String>,
}

/// `POST /phone-number/provision`: ordered; it is bought in the background.
pub(super) async fn provision(provisioning: Option<&Provisioning>, asked: Asked<'_>) -> Result<Answer, Problem> {
    let wanted: NewOrder = asked.json()?;
    asked.query.done()?;
    let provisioning = service(provisioning)?;
    let country = wanted.country.trim().to_ascii_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Problem::invalid(Some("country".into()), "two letters, as ISO 3166-1 has them"));
    }
    if wanted.area_codes.iter().any(|code| code.trim().parse::<u32>().is_err()) {
        return Err(Problem::invalid(Some("area_codes".into()), "an area code has digits only"));
    }
    let mut wish = Wish::new(country, wanted.kind);
    if !wanted.area_codes.is_empty() {
        wish = wish.in_area_codes(wanted.area_codes.iter().map(String::as_str));
    }
    if wanted.anywhere {
        wish = wish.or_anywhere();
    }
    if let Some(pattern) = wanted.contains {
        wish = wish.containing(pattern);
    }
    let order = provisioning.order(&asked.tenant, &order_id(wanted.id)?, wish).await?;
    json(StatusCode::ACCEPTED, &OrderView::from(&order))
}

#[derive(Serialize, JsonSchema)]
pub(super) struct AccountView {
    number: Option<E164>,
    name: Option<String>,
}

/// `GET /admin/numbers`: the account's numbers, whoever they belong to.
pub(super) async fn account(provisioning: Option<&Provisioning>, asked: Asked<'_>) -> Result<Answer, Problem> {
    asked.query.done()?;
    let numbers = service(provisioning)?.account_numbers().await?;
    let view = numbers.into_iter().map(|number| AccountView {
        number: number.phone_number,
        name: number.friendly_name.map(Private::into_string),
    });
    json(StatusCode::OK, &view.collect::<Vec<_>>())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Connection {
    id: String,
    number: E164,
}

/// `POST /admin/numbers/connect`: a number that the account has becomes the tenant's.
pub(super) async fn connect(provisioning: Option<&Provisioning>, asked: Asked<'_>) -> Result<Answer, Problem> {
    let wanted: Connection = asked.json()?;
    asked.query.done()?;
    let id = order_id(wanted.id)?;
    let order = service(provisioning)?.connect(&asked.tenant, &id, wanted.number).await?;
    json(StatusCode::ACCEPTED, &OrderView::from(&order))
}
