#include "src/rest/audited.h"

#include "src/audit/context.h"

namespace rest {

void noteCaller(const Surroundings& surroundings, const http::Request& request, Interaction interaction) {
  audit::Context context;
  context.address = request.remoteAddress;
  context.interaction = code(interaction);
  context.request = request.id;
  if (interaction == Interaction::breakGlass) context.purpose = "BTG";
  if (surroundings.access != nullptr) {
    const smart::Principal& principal = surroundings.access->principal();
    context.user = principal.userId;
    context.person = principal.personKey;
    if (principal.kind == smart::PrincipalKind::patient) context.personType = "Patient";
    if (principal.kind == smart::PrincipalKind::doctor) context.personType = "Practitioner";
    context.client = principal.clientId;
  }
  surroundings.session.noteAs(audit::settingOf(context));
}

}  // namespace rest
